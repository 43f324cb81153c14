"""Names found in one place hold in the others."""

from pipeline.entities.cluster import NameSpan
from pipeline.entities.name_evidence import NameEvidence
from pipeline.entities.name_forms import person_tokens, surname_of
from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.entities.words import TextWords
from pipeline.spans import TokenIndex
from schemas.records import EntityType


def add_repeated_names(words: TextWords, spans: list[NameSpan], evidence: NameEvidence | None = None) -> list[NameSpan]:
    """`spans` and every other place of their names: surnames and given names of persons, whole names of the rest.

    With `evidence`, only of names that are likely ones on average over all places.
    """
    covered = [False] * len(words.words)
    for span in spans:
        for index in range(words.at(span.begin), words.at(span.end)):
            covered[index] = True
    particles = _particles(words, spans)
    result = [_with_particles(words, span, particles) for span in spans]
    for form, entity_type in _forms(words, spans).items():
        if evidence is not None and not evidence.everywhere(words, (form, form + "s")):
            continue
        for variant in (form, form + "s"):
            for index in words.positions.get(variant, ()):
                if not covered[index] and _is_name(words, index):
                    covered[index] = True
                    word = words.words[index]
                    result.append(_with_particles(words, NameSpan(word.begin, word.end, entity_type), particles))
    return result


def _forms(words: TextWords, spans: list[NameSpan]) -> dict[str, EntityType]:
    """The words to look for, with the type that they name."""
    forms: dict[str, EntityType] = {}
    given: dict[str, set[str]] = {}
    for span in spans:
        text = words.text[span.begin : span.end]
        if span.type == "PER":
            tokens = person_tokens(text)
            if span.known is not None and (known := person_tokens(span.known.entry.name)):
                forms.setdefault(known[-1], "PER")
            if tokens and (len(tokens) > 1 or not is_given_name(tokens[-1])) and len(tokens[-1]) > 1:
                forms.setdefault(tokens[-1], "PER")
            if len(tokens) > 1 and is_given_name(tokens[0]) and len(tokens[0]) > 2:
                given.setdefault(tokens[0], set()).add(tokens[-1].removesuffix("s"))
        elif span.known is None and " " not in text and len(text) > 2:
            forms.setdefault(text, span.type)
    for name, surnames in given.items():
        if len(surnames) == 1:
            forms.setdefault(name, "PER")
    return {form: kind for form, kind in forms.items() if form[0].isupper() and role_word(form) is None}


def _is_name(words: TextWords, index: TokenIndex) -> bool:
    """Whether the word stands for itself: no number, no part of a compound, no ordinary word that begins a sentence."""
    word = words.words[index]
    if word.text.isdigit() or words.text[word.end : word.end + 1] == "-":
        return False
    begins = words.sentence_span(word.begin)[0] == word.begin
    return not (begins and word.text.lower() in words.vocabulary)


def _particles(words: TextWords, spans: list[NameSpan]) -> dict[str, list[str]]:
    """For last words of surnames the particles before them in small letters ("Leyen": "von", "der")."""
    found: dict[str, list[str]] = {}
    for span in spans:
        if span.type == "PER":
            tokens = person_tokens(words.text[span.begin : span.end])
            particles = surname_of(tokens, capitals=True).lower().split()[:-1]
            if particles:
                found[tokens[-1]] = particles
    return found


def _with_particles(words: TextWords, span: NameSpan, particles: dict[str, list[str]]) -> NameSpan:
    """A surname alone together with the particles before it in the text."""
    before = particles.get(words.text[span.begin : span.end])
    if span.type != "PER" or before is None:
        return span
    first = words.at(span.begin) - len(before)
    if first < 0 or [word.text.lower() for word in words.words[first : first + len(before)]] != before:
        return span
    return NameSpan(words.words[first].begin, span.end, span.type, span.known)
