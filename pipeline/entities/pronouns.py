"""Which person "er" and "sie" mean."""

from pipeline.entities.cluster import MentionSpan
from pipeline.entities.referents import Referent, Referents
from pipeline.entities.registry import REFERENCE_RULES
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.speech_context import announces_quote, speaks
from pipeline.entities.words import TextWords
from pipeline.lexicon import word_list
from pipeline.spans import CharOffset, CharRange, TokenIndex, token_indices
from schemas.records import Gender

PRONOUNS: dict[str, Gender] = {
    "er": "m",
    "sie": "f",
    "ihm": "m",
    "ihn": "m",
    "seiner": "m",
    "sein": "m",
    "seine": "m",
    "seinen": "m",
    "seinem": "m",
    "ihr": "f",
    "ihre": "f",
    "ihrer": "f",
    "ihren": "f",
    "ihrem": "f",
    "dieser": "m",
    "diese": "f",
    "jener": "m",
}
_STANDING_ALONE = frozenset({"er", "sie", "ihm", "ihn"})
_OPINIONS = word_list("opinion_nouns")
SUBJECT_PRONOUNS = frozenset({"er", "sie"})
_LOOK_BACK_SENTENCES = 4
_LONGEST_PREFIX = 4
_LONGEST_CLAUSE = 200
"""Words behind "sie" among which the verb at the clause's end is looked for."""
_OTHER_PARAGRAPH = 0.3
_OBLIQUE = word_list("before_oblique")
_SUBORDINATING = word_list("clause_openers")


def pronoun_gender(words: TextWords, index: TokenIndex) -> Gender | None:
    """Gender of the one person that the pronoun at `index` can mean; None if it is none, polite or a plural."""
    word = words.words[index].text
    gender = PRONOUNS.get(word.lower())
    if gender is None or (word[0].isupper() and not _begins_sentence(words, index)):
        return None
    joined = index > 1 and words.words[index - 1].text in ("und", "oder") and words.words[index - 2].capitalised
    return None if word.lower() == "sie" and not joined and _plural(words, index) else gender


def stands_for_a_person(words: TextWords, index: TokenIndex, end: CharOffset) -> bool:
    """Whether the pronoun at `index`, in a phrase that ends at `end`, is no mere companion of a noun.

    "Seiner Meinung" is his, but "seinem Anwalt" and "dieser Entscheidung" are not him.
    """
    if words.words[index].text.lower() in _STANDING_ALONE or words.at(end) == index + 1:
        return True
    return words.words[index + 1].text in _OPINIONS


def person_meant(words: TextWords, begin: CharOffset, gender: Gender, referents: Referents) -> Referent | None:
    """The person of that gender who is most present before `begin`; None if nobody is near."""
    if not REFERENCE_RULES["pronoun"].on:
        return None
    said = _said_before(words, begin)
    joined = referents.ending_at(begin - 5) if words.text.startswith(" und ", max(0, begin - 5)) else ()
    best: Referent | None = None
    best_score = 0.0
    for candidate in referents.lately(begin):
        if candidate.number in joined or candidate.gender not in (gender, None):
            continue
        last = candidate.last_before(begin)
        if last is None or (said is not None and candidate.named_within(*said)):
            continue
        score = presence(words, begin, candidate, last)
        if candidate.gender is None:
            score -= 0.7
        if score > best_score:
            best, best_score = candidate, score
    return best


def presence(words: TextWords, begin: CharOffset, candidate: Referent, last: MentionSpan) -> float:
    """How much the reader has `candidate` in mind at `begin`; 0 or less if hardly."""
    number, here = candidate.count_before(begin), words.sentence(begin)
    score = 0.0
    for place in candidate.before(begin):
        distance = here - words.sentence(place.begin)
        if distance > _LOOK_BACK_SENTENCES:
            break
        weight = candidate.weights.get(place)
        if weight is None:
            weight = candidate.weights[place] = _weight(words, place)
        elsewhere = words.line_ends_within(place.end, begin)
        score = max(score, weight + 3.0 - 1.0 * max(distance, 0) - _OTHER_PARAGRAPH * elsewhere)
    return score + 0.05 * min(number, 10) + last.begin / (100.0 * max(len(words.text), 1))


def _weight(words: TextWords, place: MentionSpan) -> float:
    """More for subjects and speakers, less for objects and for those mentioned within quotes."""
    weight = 0.0
    index = words.at(place.begin)
    last = max(words.at(place.end) - 1, index)
    if words.in_quotes(place.begin):
        return -1.5
    before = words.words[index - 1] if index else None
    after = words.words[last + 1] if last + 1 < len(words.words) else None
    if early_in_sentence(words, index):
        weight += 0.5
    if (
        before is not None
        and words.sentence(before.begin) == words.sentence(place.begin)
        and (before.text.lower() in _OBLIQUE)
    ):
        weight -= 0.9
    if speaks(words, place.begin, place.end) or announces_quote(words, place.end):
        weight += 1.0
    owned = after is not None and after.text[0].isupper() and words.text[place.end : after.begin] == " "
    if owned and words.text[place.end - 1] == "s" and place.kind == "name":
        weight -= 0.8
    return weight


def _said_before(words: TextWords, begin: CharOffset) -> CharRange | None:
    """What the pronoun at `begin` says, who is nobody named there ("Weber müsse gehen, sagte er")."""
    verb = words.at(begin) - 1
    if verb < 1 or not speaks(words, begin, begin) or "," not in words.gap(verb - 1, verb):
        return None
    start, _ = words.sentence_span(begin)
    end = words.words[verb].begin
    start = max(
        start, CharOffset(words.text.rfind(":", start, end))
    )  # "Weber sieht das anders: Es sei falsch, sagte er"
    return CharRange(start, end)


def early_in_sentence(words: TextWords, index: TokenIndex) -> bool:
    """Whether no more than the subject's own article, adjective and role stand before the word at `index`."""
    if _begins_sentence(words, index):
        return True
    first = words.at(words.sentence_span(words.words[index].begin)[0])
    if index - first > _LONGEST_PREFIX:
        return False
    before = [word.text for word in words.words[first:index]]
    return bool(before) and role_word(before[-1]) is not None and before[0].lower() not in _OBLIQUE


def _begins_sentence(words: TextWords, index: TokenIndex) -> bool:
    position = words.words[index].begin
    start, _ = words.sentence_span(position)
    between = words.text[start:position].rstrip()
    return not any(c.isalnum() for c in between) or between.endswith((":", "–", "„", "“", "»", "."))


def _plural(words: TextWords, index: TokenIndex) -> bool:
    """Whether the verb of "sie" stands in the plural, as far as its neighbours and the clause's end tell."""
    here = words.words[index]
    before = words.words[index - 1] if index and words.gap(index - 1, index) == " " else None
    after = words.words[index + 1] if index + 1 < len(words.words) and words.gap(index, index + 1) == " " else None
    if before is not None and _plural_verb(before.text):
        return True
    if before is not None and before.text.lower() in _SUBORDINATING:
        limit = min(TokenIndex(len(words.words)), index + _LONGEST_CLAUSE)
        end = next((i for i in token_indices(index + 1, limit) if words.gap(i - 1, i).strip()), limit)
        final = words.words[end - 1]
        return final.begin > here.begin and _plural_verb(final.text)
    return after is not None and _plural_verb(after.text)


def _plural_verb(word: str) -> bool:
    return (
        word[0].islower() and (word.endswith(("en", "ern", "eln")) or word in ("sind", "tun")) and word not in _NO_VERBS
    )


_NO_VERBS = word_list("no_plural_verbs")
