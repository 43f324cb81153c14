"""Who speaks, and to whom: the subject and the objects of a reporting verb."""

from collections.abc import Iterator, Sequence

from pipeline.lexicon.words import (
    ADVERBS,
    DETERMINERS,
    DOCUMENTS,
    OBLIQUE_DETERMINERS,
    PREPOSITIONS,
    RELATIVES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_NOUNS,
)
from pipeline.quotes.clauses import Clause
from pipeline.quotes.cues import COORDINATING, Cue, find_cues
from pipeline.quotes.inserted_frames import apposition_in_frame
from pipeline.quotes.phrases import apposition, name_in_marks, noun_phrase
from pipeline.quotes.subjects import (
    distant_subject,
    forefield,
    is_plural,
    split_dative,
    subject_from,
    with_apposition,
    without_topic,
)
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_noun
from pipeline.spans import TokenIndex, TokenRange, token_indices


def attribute(tokens: Sequence[Token], cue: Cue, limit: TokenIndex, before: TokenIndex) -> None:
    """Finds speaker and addressee of `cue`, and writes them into it.

    `limit` is the end of the sentence, `before` its begin: the subject may stand in clauses before the verb's own
    ("Die Ministerin, die seit Mai im Amt ist, sagte").
    """
    clause = cue.clause
    first = clause.first
    while first < clause.last and tokens[first].lower in COORDINATING and first + 1 < cue.finite:
        first += 1
    if cue.final:
        _attribute_final(tokens, cue, first)
    elif cue.passive:
        _attribute_passive(tokens, cue, first)
    else:
        _attribute_main(tokens, cue, first, limit, before)
    if cue.verb.lemma == "zitieren":
        _quoted_person(tokens, cue, first)
    if cue.speaker and tokens[cue.speaker[0][0]].lower == "es" and cue.speaker[0][1] == cue.speaker[0][0] + 1:
        cue.speaker = []


def _quoted_person(tokens: Sequence[Token], cue: Cue, first: TokenIndex) -> None:
    """Who is quoted speaks: the subject of "wird zitiert", the object of "die Zeitung zitiert den Minister"."""
    found: TokenRange | None = None
    if cue.passive:
        start = first + cue.final
        end = noun_phrase(tokens, start, cue.finite)
        if end is not None and tokens[start].lower not in PREPOSITIONS:
            end = apposition(tokens, end, cue.finite) or end
            found = TokenRange(start, min([end, *(agent - 1 for agent, _ in cue.speaker if agent > start + 1)]))
        else:
            found = subject_from(tokens, cue.finite + 1, cue.clause.last, cue)
        if not cue.speaker:
            cue.speaker = _quoting_place(tokens, cue)
    elif cue.speaker:
        begin, last = cue.speaker[-1]
        start = _behind_marks(tokens, begin, last) or max(cue.finite + 1, last)
        while start < cue.clause.last and (tokens[start].lower in ADVERBS or start in cue.tokens):
            start += 1
        end = noun_phrase(tokens, start, cue.clause.last) if start < cue.clause.last else None
        if end is not None and tokens[start].lower not in PREPOSITIONS:
            found = TokenRange(start, end)
            cue.speaker = [*cue.speaker[:-1], TokenRange(begin, min(last, start) if start > begin else last)]
    if found is not None:
        cue.speaker = [found]


def _behind_marks(tokens: Sequence[Token], begin: TokenIndex, last: TokenIndex) -> TokenIndex | None:
    """Where a name follows one in quotation marks within a phrase: "das „Blatt“ Jan Kolb" are two."""
    return next((at + 1 for at in token_indices(begin + 2, last - 1) if tokens[at].text in '“«"'), None)


def _quoting_place(tokens: Sequence[Token], cue: Cue) -> list[TokenRange]:
    """Where somebody is quoted: "wird in einer Mitteilung zitiert"."""
    for at in token_indices(cue.clause.first, cue.clause.last - 1):
        if tokens[at].lower in {"in", "im"}:
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None and not any(token.lower in TIME_NOUNS for token in tokens[at + 1 : end]):
                return [TokenRange(at + 1, end)]
    return []


def _attribute_final(tokens: Sequence[Token], cue: Cue, first: TokenIndex) -> None:
    opener = tokens[first].lower
    if cue.passive:
        _attribute_passive(tokens, cue, first + 1)
        return
    if opener in RELATIVES and opener not in SUBORDINATORS:
        found = subject_from(tokens, first + 1, cue.finite, cue)
        cue.speaker = [found] if found else [TokenRange(first, first + 1)]
    else:
        found = subject_from(tokens, first + 1, cue.clause.last, cue)
        if found is not None:
            found = with_apposition(tokens, split_dative(tokens, found, cue), cue.clause.last)
        cue.speaker = [found] if found else []


def _attribute_passive(tokens: Sequence[Token], cue: Cue, first: TokenIndex) -> None:
    for at in token_indices(first, cue.clause.last):
        if tokens[at].lower in {"von", "vom", "durch"}:
            end = name_in_marks(tokens, at + 1, cue.clause.last) or noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None and (is_noun(tokens[end - 1]) or end == at + 2 or tokens[end - 1].text in ')“"'):
                cue.speaker = [TokenRange(at + 1, end)]
                break
    else:
        if tokens[first].lower in {"in", "im"}:
            end = noun_phrase(tokens, first + 1, cue.finite)
            if end is not None and any(t.lower.endswith(DOCUMENTS) for t in tokens[first + 1 : end]):
                cue.speaker = [TokenRange(first + 1, end)]
    if ("a" in cue.verb.takes or "o" in cue.verb.takes) and first < cue.finite:
        end = noun_phrase(tokens, first, cue.finite)
        if end == cue.finite and tokens[first].lower != "es":
            cue.addressee = [TokenRange(first, end)]


def _attribute_main(
    tokens: Sequence[Token], cue: Cue, first: TokenIndex, limit: TokenIndex, before: TokenIndex
) -> None:
    """The same for a main clause: the subject in front of the verb, far in front of it, or behind it."""
    clause = cue.clause
    if tokens[cue.finite - 1].lower in COORDINATING and cue.finite > clause.first:
        subject_from(tokens, cue.finite + 1, clause.last, cue)
        return
    singular = not tokens[cue.finite].lower.endswith("n")
    following = tokens[cue.finite + 1].lower if cue.finite + 1 < clause.last else ""
    if first < cue.finite:
        found = forefield(tokens, cue, first, before)
    else:
        found = None if following in {"er", "man"} else distant_subject(tokens, clause.first, before)
    behind = Cue(cue.verb, cue.tokens, cue.finite, clause)
    other = subject_from(tokens, cue.finite + 1, clause.last, behind)
    if found is not None and not (other is not None and singular and is_plural(tokens, found)):
        cue.speaker = [found]
        cue.addressee = behind.addressee
        if other is not None and "a" in cue.verb.takes and tokens[other[0]].lower == "der":
            cue.addressee = cue.addressee or [other]
        _direct_addressee(tokens, cue, cue.finite + 1)
    elif "e" in cue.verb.takes or cue.verb.lemma in {"hervorgehen", "stehen", "verlauten"}:
        _place_of_words(tokens, cue)
    elif other is not None:
        _subject_behind(tokens, cue, other, behind, limit, before)


def _subject_behind(
    tokens: Sequence[Token], cue: Cue, found: TokenRange, behind: Cue, limit: TokenIndex, before: TokenIndex
) -> None:
    """Writes a subject that follows its verb into `cue`, and who is named after it as the one who was told."""
    cue.addressee = behind.addressee
    found = without_topic(tokens, split_dative(tokens, found, cue), cue)
    if not cue.addressee:
        rest = Cue(cue.verb, cue.tokens, found[1], cue.clause)
        subject_from(tokens, found[1], cue.clause.last, rest)
        cue.addressee = rest.addressee
    end = apposition_in_frame(tokens, before, cue.clause.first, found[1], limit)
    cue.speaker = [TokenRange(found[0], end) if end is not None else found]
    _direct_addressee(tokens, cue, found[1])


def _place_of_words(tokens: Sequence[Token], cue: Cue) -> None:
    """ "heißt es in der Mitteilung", "hieß es aus dem Ministerium": the place where the words stand speaks."""
    for at in token_indices(cue.clause.first, cue.clause.last):
        if tokens[at].lower in {"in", "im", "aus", "bei", "auf", "beim", "vom", "von", "seitens"}:
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None and not any(token.lower in TIME_NOUNS for token in tokens[at + 1 : end]):
                cue.speaker = [TokenRange(at + 1, end)]
                return


def _direct_addressee(tokens: Sequence[Token], cue: Cue, begin: TokenIndex) -> None:
    """Who was told, where that is not known yet: "gegenüber X", an object of "auffordern" and its like."""
    if cue.addressee:
        return
    for at in token_indices(cue.clause.first, cue.clause.last):
        if tokens[at].lower == "gegenüber" and (at == cue.clause.first or not tokens[at].capital):
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None:
                cue.addressee = [TokenRange(at + 1, end)]
                return
    if "o" in cue.verb.takes:
        at = begin
        while at < cue.clause.last and (tokens[at].lower in ADVERBS or at in cue.tokens):
            at += 1
        end = noun_phrase(tokens, at, cue.clause.last)
        if end is not None and tokens[at].lower not in SUBJECT_PRONOUNS - DETERMINERS:
            cue.addressee = [TokenRange(at, end)]


def all_cues(tokens: Sequence[Token], parts: Sequence[Clause], limit: TokenIndex, before: TokenIndex) -> Iterator[Cue]:
    """The cues of several clauses, attributed; a verb after "und" has the subject of the one before it."""
    previous: Cue | None = None
    for index, clause in enumerate(parts):
        for cue in find_cues(tokens, clause, limit):
            attribute(tokens, cue, limit, before)
            coordinated = cue.finite > before and tokens[cue.finite - 1].lower in COORDINATING
            if coordinated and not cue.speaker and not cue.final:
                if previous is not None:
                    cue.speaker = list(previous.speaker)
                elif clause.first < cue.finite:
                    end = noun_phrase(tokens, clause.first, cue.finite)
                    subject = tokens[clause.first].lower not in PREPOSITIONS | ADVERBS | OBLIQUE_DETERMINERS
                    cue.speaker = [TokenRange(clause.first, end)] if end is not None and subject else []
            if not cue.speaker and cue.last == clause.last - 1 and clause.last - clause.first <= 4:
                _as_said_by(tokens, cue, parts[max(0, index - 2) : index])
            previous = cue
            yield cue


def _as_said_by(tokens: Sequence[Token], cue: Cue, before: Sequence[Clause]) -> None:
    """ "Wie Anna Berg, die das Amt leitet, erklärte, …": the speaker stands in a clause `before` with "wie"."""
    for part in reversed(before):
        if tokens[part.first].lower == "wie":
            end = noun_phrase(tokens, part.first + 1, part.last)
            if end == part.last:
                cue.speaker = [TokenRange(part.first + 1, end)]
                cue.clause = Clause(part.first, cue.clause.last)
                cue.final = True
            return
