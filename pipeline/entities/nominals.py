"""Which person "die Außenministerin" and "der 45-Jährige" mean."""

import re
from bisect import bisect_right
from functools import lru_cache

from pipeline.entities.cluster import MentionSpan
from pipeline.entities.compound_organisations import organisation_in_compound
from pipeline.entities.gazetteer import Gazetteer
from pipeline.entities.nominal_fit import OTHERWISE, SIMILAR, SYNONYMOUS, fit_of, nation_of
from pipeline.entities.nominal_gender import AGED
from pipeline.entities.nominal_phrases import Nominal
from pipeline.entities.pronouns import early_in_sentence, presence
from pipeline.entities.referents import Referent, Referents
from pipeline.entities.registry import REFERENCE_RULES
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.speech_context import speaks
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset, CharRange, char_span

_UNNAMED = re.compile(r"\b[Ee]ine? (?:[a-zäöüß]+e[rn]? )?(?P<noun>[A-ZÄÖÜ][\w-]+)\b(?! [A-ZÄÖÜ])")
_UNNAMED_AGED = re.compile(r"\b[Ee]in(?:e[nrm]?)? (?:[a-zäöüß]+ )?(?P<years>\d{1,3})-?[Jj]ährige[rnm]?\b(?! [A-ZÄÖÜ])")
_NEAREST, _FARTHEST = 1000, 20000
"""How many code points before a noun are looked at for someone without a name."""
_LEAD_SENTENCES, _NEAR_SENTENCES = 4, 4
_PRESENT = 1.2
"""How present somebody must be to be meant by a noun that nothing supports."""
_PARTIES = word_list("party_names")


def person_of_nominal(
    words: TextWords, nominal: Nominal, referents: Referents, gazetteer: Gazetteer, *, speaker: bool = False
) -> Referent | None:
    """The person meant: by role, party and nation first, else the one who is most present; None if nobody fits.

    A noun that nothing said of the person supports ("der Trainer", of whom no
    role is known) counts only where it is a `speaker` or says no more than
    that it is a person ("der 45-Jährige", "die Frau").
    """
    if not REFERENCE_RULES["nominal"].on:
        return None
    if _nameless(words, nominal):
        return None
    speaker = speaker or speaks(words, nominal.begin, nominal.end)
    party, nation = organisation_in_compound(nominal.noun, gazetteer), nation_of(words, nominal, gazetteer)
    from_town = nominal.role is None and nation is None and AGED.match(nominal.noun) is None
    since = _since_sentence_before(words, nominal)
    named = referents.two_within(since, nominal.begin, (nominal.gender, None))
    best: Referent | None = None
    best_score = 0.0
    for candidate in referents.near(nominal.begin):
        if nominal.gender and candidate.gender not in (nominal.gender, None):
            continue
        last = candidate.last_before(nominal.begin)
        far = last is not None and _far(words, nominal, last)
        fit = fit_of(words, nominal, candidate, party, near=not far)
        alone = (  # nobody else who can be meant is named in the sentence before: its one person is meant
            fit in (0, OTHERWISE)
            and (party is None or party.split()[-1] not in _PARTIES)
            and (last is not None and last.begin >= since and named <= {candidate.number})
        )
        fit = 0.0 if alone else fit
        if fit in (SIMILAR, SYNONYMOUS) and far:
            fit = 1.5
        if nation is not None and candidate.nations:
            fit += 1.5 if nation in candidate.nations else -2
        near = presence(words, nominal.begin, candidate, last) if last is not None else 0.5
        if last is not None and _someone_else_between(words, nominal, last):
            continue
        unsupported = fit < 1 and (
            (last is not None and near <= (0 if alone else _PRESENT))
            or fit < 0
            or not (speaker or _says_only_person(nominal))
            or not (alone or (not from_town and _may_be_new(words, nominal, candidate)))
        )
        if unsupported or (fit < 1 and candidate.gender is None and nominal.gender == "f"):
            continue
        if last is None and fit < 4 and not (speaker and _named_soon(words, nominal, candidate, supported=fit >= 3)):
            continue
        score = 2 * fit + near
        if score > best_score:
            best, best_score = candidate, score
    return best


def _nameless(words: TextWords, nominal: Nominal) -> bool:
    """Whether "der 24-Jährige" is someone who came into the article without a name ("ein 24-Jähriger")."""
    age = AGED.match(nominal.noun)
    if age is None:
        return False
    unnamed = _unnamed_by_age(words.text).get(age["years"], [])
    before = bisect_right(unnamed, nominal.begin, key=lambda place: place.end)
    return before > 0 and unnamed[before - 1].begin >= nominal.begin - _FARTHEST


@lru_cache(maxsize=1)
def _unnamed_by_age(text: str) -> dict[str, list[CharRange]]:
    """By their age, where a text has people without a name, in its order."""
    found: dict[str, list[CharRange]] = {}
    for match in _UNNAMED_AGED.finditer(text):
        found.setdefault(match["years"], []).append(CharRange(*char_span(match)))
    return found


def _since_sentence_before(words: TextWords, nominal: Nominal) -> CharOffset:
    """Where the sentence before begins, in its paragraph; for nouns that say no more than that it is a person, that."""
    start = words.line_begin(nominal.begin)
    if not _says_only_person(nominal):
        before, _ = words.sentence_span(max(words.sentence_span(nominal.begin)[0] - 1, CharOffset(0)))
        start = max(start, before)
    return start


def _someone_else_between(words: TextWords, nominal: Nominal, last: MentionSpan) -> bool:
    """Whether somebody without a name came after `last`, whom "die Frau" means instead ("eine Zeugin aus Kassel")."""
    if nominal.noun not in ("Mann", "Frau"):
        return False
    begin = max(last.end, nominal.begin - _NEAREST)
    roles = (role_word(match["noun"]) for match in _UNNAMED.finditer(words.text, begin, nominal.begin))
    return any(role is not None and role.singular and role.gender in (nominal.gender, None) for role in roles)


def _far(words: TextWords, nominal: Nominal, last: MentionSpan) -> bool:
    return words.sentence(nominal.begin) - words.sentence(last.begin) > _NEAR_SENTENCES


def _named_soon(words: TextWords, nominal: Nominal, candidate: Referent, *, supported: bool) -> bool:
    """Whether the name comes in one of the next sentences, as after a lead's "Der Beauftragte erklärt"."""
    first = candidate.mentions[0].begin
    return (supported or words.sentence(nominal.begin) < _LEAD_SENTENCES) and words.sentence(first) - words.sentence(
        nominal.begin
    ) <= 5


def _may_be_new(words: TextWords, nominal: Nominal, candidate: Referent) -> bool:
    """Whether a noun may say of `candidate` what was not said before: of speakers and subjects, and in a lead."""
    if _says_only_person(nominal) or words.sentence(nominal.begin) < _LEAD_SENTENCES:
        return True
    return candidate.speaks(words) or any(
        0 < words.sentence(nominal.begin) - words.sentence(place.begin) <= 2
        and early_in_sentence(words, words.at(place.begin))
        for place in candidate.before(nominal.begin)
    )


def _says_only_person(nominal: Nominal) -> bool:
    return AGED.match(nominal.noun) is not None or nominal.noun in ("Mann", "Frau", "Politiker", "Politikerin")
