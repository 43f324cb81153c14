"""The names in a text: what the model found, corrected by the gazetteer and by the rest of the article."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from pipeline.coverage import Coverage
from pipeline.entities.cluster import NameSpan
from pipeline.entities.gazetteer import Gazetteer, GazetteerMatch, compound_beginnings
from pipeline.entities.known_names import known_names
from pipeline.entities.member_roles import without_members
from pipeline.entities.name_evidence import NameEvidence
from pipeline.entities.name_forms import strip_titles
from pipeline.entities.name_types import with_one_type
from pipeline.entities.national_names import demonym, in_their_countries
from pipeline.entities.person_words import TITLES, is_given_name
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.repeated_names import add_repeated_names
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.short_names import without_legal_form
from pipeline.entities.turn_labels import with_turn_labels
from pipeline.entities.words import TextWords
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.nouns import noun_readings
from pipeline.spans import CharOffset, char_span
from schemas.records import EntityType

ModelSpan = tuple[CharOffset, CharOffset, EntityType]
_DESCRIBING = word_list("describing_nouns")
_HAPPENINGS = endings("happening_endings")
_ABBREVIATED = re.compile(r"(?:\.\w{1,3}|\be\. V|\b(?:Bros|Cie|Co|Corp|Inc|Ltd))$")
_DAY_IN_BRACKETS = re.compile(r"\((?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend)\)")
"""What stands behind a newspaper: "sagte er der Nordpost (Dienstag)"."""
_DISTRICT = re.compile(r"(?:Alt|Land)?[Kk]reis(?:es)?")
_CALLED_BY_PLACE = re.compile(rf"(?=[A-ZÄÖÜ])\w*(?i:{'|'.join(endings('bodies_before_places'))})(?:e?s)?")
_LONGEST = 300
"""Characters of a name, of which its id is made; what is longer is data in the text, such as Base64."""
_WITHIN_LINE = re.compile(r"[^\n]+")
_WITHIN_CLAUSE = re.compile(r"[^\n?!;:]+")


def name_spans(
    words: TextWords, model: Iterable[ModelSpan], gazetteer: Gazetteer, evidence: NameEvidence | None = None
) -> list[NameSpan]:
    """All names in reading order, without overlaps.

    A name that the gazetteer knows wins over what the model says of the same words, unless its form can mean something
    else; a longer name of the model keeps a known one inside it ("Universität Bremen"). With `evidence` of how likely
    the model takes words for names, what it is sure of stays.
    """
    lines = list(model)
    if NAME_RULES["line-end"].on:
        lines = [part for found in lines for part in _in_lines(words, *found)]
    repaired = [span for found in lines if (span := _repaired(words, *found, gazetteer)) is not None]
    known = known_names(words, repaired, gazetteer, evidence)
    spans = [_known_part(words, span, gazetteer) for span in _merged(words, repaired, known)]
    if NAME_RULES["turn-label"].on:
        spans = with_turn_labels(words, spans)
    if NAME_RULES["repetition"].on:
        spans = add_repeated_names(words, spans, evidence)
    if NAME_RULES["compound"].on:
        spans = [*spans, *_in_compounds(words, spans, gazetteer)]
    persons = frozenset((found.begin, found.end) for found in repaired if found.type == "PER")
    spans = without_members(words, sorted(with_one_type(words, spans, persons, evidence)))
    spans = in_their_countries(words, spans, gazetteer)
    return [span for span in _with_nouns(words, spans) if span.end - span.begin <= _LONGEST]


def _in_lines(words: TextWords, begin: CharOffset, end: CharOffset, entity_type: EntityType) -> Iterator[ModelSpan]:
    """The span, or its parts where it goes over the end of a line (a heading's last word and the next one's first).

    Of a person's, the part with most words where it goes over a question mark or the like ("Falk Ahlers? Schweigt").
    """
    for line in _WITHIN_LINE.finditer(words.text, begin, end):
        parts = _WITHIN_CLAUSE.finditer(words.text, *line.span()) if entity_type == "PER" else ()
        longest = max(parts, key=lambda part: len(part[0].split()), default=line)
        yield *char_span(longest), entity_type


def _repaired(
    words: TextWords, begin: CharOffset, end: CharOffset, entity_type: EntityType, gazetteer: Gazetteer
) -> NameSpan | None:
    inside = words.of_span(begin, end)
    if not inside:
        return None
    if entity_type == "PER":
        edges = strip_titles(words, begin, end) if NAME_RULES["person-edges"].on else (begin, end)
        return NameSpan(*edges, "PER") if edges is not None else None
    end = _with_last_sign(words.text, begin, inside[-1].end, end)
    if len(inside) == 1:
        word = inside[0].text
        if entity_type == "ORG" and "/" in word and NAME_RULES["agency-service"].on:
            agency, _, service = word.partition("/")  # "dpa/lni" is the agency with its service
            named = (agency.islower() and service.isupper()) or gazetteer.look_up(agency) is not None
            end = inside[0].begin + len(agency) if named else end
        if _is_no_name(word, entity_type, gazetteer) or _DAY_IN_BRACKETS.match(words.text, max(0, begin - 1)):
            return None
    return NameSpan(begin, end, entity_type)


def _is_no_name(word: str, entity_type: EntityType, gazetteer: Gazetteer) -> bool:
    """Whether a word that the model takes for a name by itself is none."""
    derived = entity_type == "LOC" and NAME_RULES["derived-word"].on and _derived(word, gazetteer)
    ordinary = entity_type == "MISC" and word.islower()  # „berührend“ is no title
    title = entity_type == "ORG" and word in TITLES and word != "PD"  # "MdB"; the PD is a party in Rome
    happens = NAME_RULES["role-or-happening"].on and (role_word(word) is not None or _event(word))
    return derived or ordinary or title or happens


def _with_last_sign(text: str, begin: CharOffset, end: CharOffset, model: CharOffset) -> CharOffset:
    """The end of a name with the sign behind its last word that is part of it; the model's name ends at `model`.

    This is the bracket that closes one in the name ("Frankfurt (Oder)"), and the full stop of an abbreviation that the
    model sees as part of the name ("Ruderclub Lindow e.V.").
    """
    if text[end : end + 1] == ")" and text.count("(", begin, end) > text.count(")", begin, end):
        return end + 1
    abbreviated = end < model and text[end] == "." and _ABBREVIATED.search(text, begin, end) is not None
    return end + 1 if abbreviated else end


def _event(word: str) -> bool:
    """Whether a hyphenated word tells of something that happens around a name ("Ukraine-Krise", "UN-Kandidatur")."""
    return "-" in word and word.lower().removesuffix("s").endswith(_HAPPENINGS)


def _derived(word: str, gazetteer: Gazetteer) -> bool:
    """Whether a word is only derived from a name: "russischen", "Russen", "Thüringer", "Deutsch-Israeli"."""
    if word[0].islower() or demonym(word, gazetteer) is not None:
        return True
    if gazetteer.look_up(word) is not None:
        return False
    if re.sub(r"(?:e[nrms]?)$", "", word.lower()) in gazetteer.adjectives:
        return True
    stem = word.removesuffix("er") if word.endswith("er") else word.removesuffix("ern")
    return stem != word and any(gazetteer.look_up(stem + ending) is not None for ending in ("", "e", "en", "er"))


def _merged(words: TextWords, model: list[NameSpan], known: list[NameSpan]) -> list[NameSpan]:
    """Both together, neither of which overlaps within itself; both are in reading order."""
    kept = []
    begins = [found.begin for found in model]
    for span in known:
        before = bisect_right(begins, span.begin)
        larger = model[before - 1] if before and _says_more(words, model[before - 1], span) else None
        if larger is None or (
            span.known is not None
            and span.known.entry.users
            and larger.type == span.type
            and not _with_given_name(words, larger, span)
        ):
            kept.append(span)
    taken = _covered(words, kept)
    return sorted([*kept, *(found for found in model if not taken.meets(found.begin, found.end))])


def _with_given_name(words: TextWords, found: NameSpan, known: NameSpan) -> bool:
    """Whether the model's span has a given name before a known surname ("Gerhard Stoltenberg")."""
    before = words.text[found.begin : known.begin].split()
    return found.type == "PER" and bool(before) and is_given_name(before[-1])


def _says_more(words: TextWords, found: NameSpan, known: NameSpan) -> bool:
    """Whether the model's span is a longer name than the known one in it, not just described ("Berliner Charité").

    A longer place is another one ("Salzburger Alpen"), and so is what has a place behind ("Adler Mannheim").
    """
    if known.end > found.end or found.end - found.begin == known.end - known.begin:
        return False
    before = words.text[found.begin : known.begin].split()
    behind = words.text[known.end : found.end].strip(" .,")
    located = found.type == known.type != "LOC"
    described = all(word in _DESCRIBING or (located and _of_town(word)) for word in before)
    return bool(behind) or not described


def _of_town(word: str) -> bool:
    """Whether a word can say of which town something is ("Berliner"), and is no noun ("Handwerkskammer", "Theater")."""
    readings = {reading.agreement for reading in noun_readings(word)}
    return word.endswith("er") and ("mn" in readings or readings.isdisjoint(("fn", "nn")))


def _covered(words: TextWords, spans: Iterable[NameSpan]) -> Coverage:
    taken = Coverage(len(words.text))
    for span in spans:
        taken.add(span.begin, span.end)
    return taken


def _known_part(words: TextWords, span: NameSpan, gazetteer: Gazetteer) -> NameSpan:
    """The span with what the gazetteer knows of it: a part of a compound ("Grünen-Politikerin"), a firm with its form.

    "Deutsche Bahn AG" is the Deutsche Bahn; a firm that is called like an ordinary word may be another one.
    """
    if span.known is not None or span.type == "PER":
        return span
    name = words.text[span.begin : span.end]
    inside = words.within(span.begin, span.end)
    if inside and inside[-1].end <= span.end:
        firm = gazetteer.look_up(without_legal_form(name)) if span.type == "ORG" else None
        known_firm = firm is not None and firm.entry.type == "ORG" and not firm.weak
        return NameSpan(span.begin, span.end, span.type, firm if known_firm else None)
    known = gazetteer.look_up(name)
    found = known is not None and known.entry.type in ("ORG", "LOC")
    return NameSpan(span.begin, span.end, known.entry.type, known) if known is not None and found else span


def _with_nouns(words: TextWords, spans: Iterable[NameSpan]) -> Iterator[NameSpan]:
    """`spans` in reading order, each with the noun that it is called by: "Kreis Waldau", "Sparkasse Waldau"."""
    taken = CharOffset(0)
    for span in spans:
        yield _with_noun(words, taken, span) if NAME_RULES["noun-before-place"].on else span
        taken = span.end


def _with_noun(words: TextWords, taken: CharOffset, span: NameSpan) -> NameSpan:
    """The name of a place, or what the model takes for a body called so, with the noun before it."""
    noun, place = words.words[max(0, words.at(span.begin) - 1)], words.text[span.begin : span.end]
    apart = noun.begin < taken or words.text[noun.end : span.begin] != " " or words.text[span.end : span.end + 1] == "-"
    if apart or place.isupper():
        return span
    if span.type == "LOC" and _DISTRICT.fullmatch(noun.text):
        return NameSpan(noun.begin, span.end, "LOC")
    body = " " not in place and (span.type == "LOC" or (span.type == "ORG" and span.known is None))
    called = body and _CALLED_BY_PLACE.fullmatch(noun.text) is not None
    return NameSpan(noun.begin, span.end, "ORG") if called else span


def _in_compounds(words: TextWords, spans: list[NameSpan], gazetteer: Gazetteer) -> list[NameSpan]:
    """Known organisations and countries that begin a hyphenated word ("EZB-Präsidentin", "US-Zölle")."""
    found = []
    taken = _covered(words, spans)
    for word in words.words:
        if "-" not in word.text or taken.meets(word.begin, word.end):
            continue
        former = len("Ex-") if word.text.startswith("Ex-") else 0
        for first in compound_beginnings(word.text[former:], gazetteer.longest_word):
            known = gazetteer.by_words.get((first,))
            if known is not None and known.entry.type in ("ORG", "LOC") and not _another_word(word.text, known):
                begin = word.begin + former
                found.append(NameSpan(begin, begin + len(first), known.entry.type, known))
                break
    return found


def _another_word(compound: str, known: GazetteerMatch) -> bool:
    """Whether a compound only begins like a known name: an adjective, a currency, an ordinary word ("Standard-DVD")."""
    last = compound.rpartition("-")[2]
    ordinary = known.weak and not known.form.isupper() and compound.startswith(known.form + "-")
    return ordinary or last.islower() or last == "Dollar"
