"""Who speaks, and to whom: the subject and the objects of a reporting verb."""

from collections.abc import Iterator, Sequence

from pipeline.quotes.clauses import Clause
from pipeline.quotes.cues import COORDINATING, Cue, find_cues
from pipeline.quotes.phrases import (
    apposition,
    is_adjective,
    is_finite_reporting,
    is_noun,
    noun_phrase,
    prepositional_phrase,
)
from pipeline.quotes.text import Token
from pipeline.quotes.words import (
    ADVERB_ENDINGS,
    ADVERBS,
    AUXILIARIES,
    CORRELATES,
    DETERMINERS,
    DOCUMENTS,
    FOCUS,
    MEDIA_NOUNS,
    NAME_PARTICLES,
    OBJECT_PRONOUNS,
    OBLIQUE_DETERMINERS,
    PREPOSITIONS,
    REFLEXIVES,
    RELATIVES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_NOUNS,
)


def _subject(tokens: Sequence[Token], start: int, limit: int, cue: Cue) -> tuple[int, int] | None:
    """The first noun phrase from `start` that can be a subject; objects on the way become addressees."""
    at = start
    while at < limit:
        token = tokens[at]
        lower = token.lower
        if at in cue.tokens or lower in REFLEXIVES or lower == "es" or (lower in ADVERBS and not token.capital):
            at += 1
            continue
        if lower in PREPOSITIONS and not token.capital:
            end = prepositional_phrase(tokens, at, limit)
            if end is None:
                return None
            if lower == "gegenüber":
                cue.addressee = cue.addressee or [(at + 1, end)]
            at = end
            continue
        end = noun_phrase(tokens, at, limit)
        if end is None:
            if token.word and not token.capital:
                at += 1
                continue
            return None
        dative = (lower in OBLIQUE_DETERMINERS or lower in OBJECT_PRONOUNS) and lower not in {"ihr", "ihre"}
        if dative:
            if lower in OBJECT_PRONOUNS or "a" in cue.verb.takes or "o" in cue.verb.takes:
                cue.addressee = cue.addressee or [(at, end)]
            at = end
            continue
        if lower in SUBJECT_PRONOUNS or lower in DETERMINERS or is_noun(token) or end > at + 1:
            return at, end
        return None
    return None


def _without_topic(tokens: Sequence[Token], span: tuple[int, int], cue: Cue) -> tuple[int, int]:
    """Takes what is spoken of ("von einem Erfolg") off the end of a speaker's phrase."""
    if cue.verb.lemma in {"sprechen", "ausgehen", "berichten"}:
        outside = {token.lower for token in tokens[span[1] : cue.clause.last]}
        for at in range(span[0] + 1, span[1]):
            if tokens[at].lower in {"von", "vom"} and not outside & {"von", "vom", "davon"}:
                return span[0], at
    return span


def _with_apposition(tokens: Sequence[Token], span: tuple[int, int], limit: int) -> tuple[int, int]:
    begin, end = span
    further = apposition(tokens, end, limit) if end < limit else None
    return (begin, further) if further is not None else span


def _split_dative(tokens: Sequence[Token], span: tuple[int, int], cue: Cue) -> tuple[int, int]:
    """Takes a medium that was told ("der Agentur X") off the end of a speaker's phrase and makes it the addressee."""
    begin, end = span
    for at in range(begin + 1, end):
        if tokens[at].lower in {"der", "dem", "den"}:
            following = [token for token in tokens[at + 1 : end] if token.word]
            if any(token.lower in MEDIA_NOUNS for token in following) or (following and tokens[at + 1].text in '„»"«'):
                if at - begin == 1 and tokens[begin].lower in DETERMINERS:
                    continue
                if is_noun(tokens[at - 1]) or tokens[at - 1].text == ")":
                    head = tokens[at - 1].lower
                    if head.endswith(
                        (
                            "sprecher",
                            "sprecherin",
                            "chef",
                            "chefin",
                            "redakteur",
                            "redakteurin",
                            "korrespondent",
                            "herausgeber",
                            "bericht",
                        )
                    ):
                        continue
                    cue.addressee = [(at, end)]
                    return begin, at
    return span


def attribute(tokens: Sequence[Token], cue: Cue, limit: int, before: int) -> None:
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


def _quoted_person(tokens: Sequence[Token], cue: Cue, first: int) -> None:
    """Who is quoted speaks: the subject of "wird zitiert", the object of "die Zeitung zitiert den Minister"."""
    if cue.passive:
        end = noun_phrase(tokens, first, cue.finite)
        if end is not None and tokens[first].lower not in PREPOSITIONS:
            cue.speaker = [(first, end)]
            return
        found = _subject(tokens, cue.finite + 1, cue.clause.last, cue)
        cue.speaker = [found] if found is not None else cue.speaker
    elif cue.speaker:
        start = max(cue.finite + 1, cue.speaker[-1][1])
        end = noun_phrase(tokens, start, cue.clause.last) if start < cue.clause.last else None
        if end is not None and tokens[start].lower not in PREPOSITIONS:
            cue.speaker = [(start, end)]


def _attribute_final(tokens: Sequence[Token], cue: Cue, first: int) -> None:
    opener = tokens[first].lower
    if cue.passive:
        _attribute_passive(tokens, cue, first + 1)
        return
    if opener in RELATIVES and opener not in SUBORDINATORS:
        found = _subject(tokens, first + 1, cue.finite, cue)
        cue.speaker = [found] if found else [(first, first + 1)]
    else:
        found = _subject(tokens, first + 1, cue.clause.last, cue)
        if found is not None:
            found = _with_apposition(tokens, _split_dative(tokens, found, cue), cue.clause.last)
        cue.speaker = [found] if found else []


def _attribute_passive(tokens: Sequence[Token], cue: Cue, first: int) -> None:
    for at in range(first, cue.clause.last):
        if tokens[at].lower in {"von", "vom", "durch"}:
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None and (is_noun(tokens[end - 1]) or end == at + 2 or tokens[end - 1].text in ')“"'):
                cue.speaker = [(at + 1, end)]
                break
    else:
        if tokens[first].lower in {"in", "im"}:
            end = noun_phrase(tokens, first + 1, cue.finite)
            if end is not None and any(t.lower.endswith(DOCUMENTS) for t in tokens[first + 1 : end]):
                cue.speaker = [(first + 1, end)]
    if ("a" in cue.verb.takes or "o" in cue.verb.takes) and first < cue.finite:
        end = noun_phrase(tokens, first, cue.finite)
        if end == cue.finite and tokens[first].lower != "es":
            cue.addressee = [(first, end)]


def _attribute_main(tokens: Sequence[Token], cue: Cue, first: int, limit: int, before: int) -> None:
    clause = cue.clause
    if tokens[cue.finite - 1].lower in COORDINATING and cue.finite > clause.first:
        _subject(tokens, cue.finite + 1, clause.last, cue)
        return
    if first < cue.finite:
        found = _forefield(tokens, cue, first, before)
        if found is not None:
            cue.speaker = [found]
            behind = Cue(cue.verb, cue.tokens, cue.finite, clause)
            other = _subject(tokens, cue.finite + 1, clause.last, behind)
            cue.addressee = behind.addressee
            if other is not None and _is_plural(tokens, found) and not tokens[cue.finite].lower.endswith("n"):
                cue.speaker = [other]
            elif not cue.addressee:
                _direct_addressee(tokens, cue)
            return
    elif first == cue.finite:
        distant = _distant_subject(tokens, clause.first, before)
        following = tokens[cue.finite + 1].lower if cue.finite + 1 < clause.last else ""
        singular = not tokens[cue.finite].lower.endswith("n")
        if distant is not None and (following in {"er", "man"} or (_is_plural(tokens, distant) and singular)):
            distant = None
        if distant is not None:
            cue.speaker = [distant]
            _subject(tokens, cue.finite + 1, clause.last, cue)
            if not cue.addressee:
                _direct_addressee(tokens, cue)
            return
    if "e" in cue.verb.takes or cue.verb.lemma in {"hervorgehen", "stehen"}:
        _place_of_words(tokens, cue)
        return
    found = _subject(tokens, cue.finite + 1, clause.last, cue)
    if found is not None:
        found = _without_topic(tokens, _split_dative(tokens, found, cue), cue)
        if not cue.addressee:
            rest = Cue(cue.verb, cue.tokens, found[1], clause)
            _subject(tokens, found[1], clause.last, rest)
            cue.addressee = rest.addressee
        cue.speaker = [_with_apposition(tokens, found, limit)]
        if not cue.addressee:
            _direct_addressee(tokens, cue, found[1])


def _forefield(tokens: Sequence[Token], cue: Cue, first: int, before: int) -> tuple[int, int] | None:
    """The subject in front of the inflected verb, or None if something else stands there."""
    start = first
    while start < cue.finite - 1 and tokens[start].lower in FOCUS:
        start += 1
    token = tokens[start]
    if _noble(tokens, start, cue):
        return start, cue.finite
    if (
        token.lower in PREPOSITIONS
        or token.lower in SUBORDINATORS
        or token.lower in TIME_NOUNS
        or token.lower in CORRELATES
        or token.lower in OBLIQUE_DETERMINERS - {"einer", "einige"}
        or token.lower in OBJECT_PRONOUNS - {"ihr", "diese"}
        or (token.lower in ADVERBS and token.lower not in SUBJECT_PRONOUNS)
        or (token.lower in {"das", "dies"} and start + 1 == cue.finite)
        or (token.lower == "der" and is_adjective(tokens[start + 1]) and tokens[start + 1].lower.endswith("en"))
        or (
            token.lower.endswith(ADVERB_ENDINGS)
            and (start + 1 == cue.finite or tokens[start + 1].lower in PREPOSITIONS)
        )
        or (cue.finite + 1 < cue.clause.last and tokens[cue.finite + 1].lower in {"er", "man"})
    ):
        return None
    end = noun_phrase(tokens, start, cue.finite)
    if end is None:
        return None
    whole = cue.finite
    while whole > end and (tokens[whole - 1].text == "," or tokens[whole - 1].lower in ADVERBS):
        whole -= 1
    return _widen(tokens, (start, whole if _same_phrase(tokens, end, whole) else end), cue.clause.first, before)


def _noble(tokens: Sequence[Token], start: int, cue: Cue) -> bool:
    """ "Von der Leyen sagte": a name that begins like a phrase."""
    words = [token.lower for token in tokens[start : cue.finite]]
    return (
        len(words) in {2, 3}
        and words[0] in {"von", "zu", "van", "de"}
        and all(word in NAME_PARTICLES for word in words[:-1])
        and is_noun(tokens[cue.finite - 1])
        and not cue.passive
        and cue.verb.lemma != "sprechen"
    )


def _is_plural(tokens: Sequence[Token], phrase: tuple[int, int]) -> bool:
    """Whether a phrase is a plural by its looks: "die Äußerungen"."""
    first, last = phrase
    return tokens[first].lower in {"die", "diese", "alle"} and any(
        is_noun(token) and token.lower.endswith(("en", "ern", "eln")) for token in tokens[first + 1 : first + 3]
    )


def _place_of_words(tokens: Sequence[Token], cue: Cue) -> None:
    """ "heißt es in der Mitteilung", "hieß es aus dem Ministerium": the place where the words stand speaks."""
    for at in range(cue.clause.first, cue.clause.last):
        if tokens[at].lower in {"in", "im", "aus", "bei", "auf", "beim", "vom", "von", "seitens"}:
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None and not any(token.lower in TIME_NOUNS for token in tokens[at + 1 : end]):
                cue.speaker = [(at + 1, end)]
                return


def _same_phrase(tokens: Sequence[Token], end: int, whole: int) -> bool:
    """Whether the words between a noun phrase and the verb belong to the phrase: "… nach der Festnahme", no verb."""
    if end == whole:
        return True
    opens = tokens[end].lower in PREPOSITIONS or tokens[end].text in "(,"
    return opens and not any(token.lower in AUXILIARIES or is_finite_reporting(token) for token in tokens[end:whole])


def _widen(tokens: Sequence[Token], span: tuple[int, int], clause_first: int, before: int) -> tuple[int, int]:
    """An apposition's noun before it: "Hugo Salcedo, Kopf einer Gruppe, sagte" begins with the name."""
    begin, end = span
    if begin == clause_first and begin - 1 > before and tokens[begin - 1].text == ",":
        start = begin - 1
        while start > before and tokens[start - 1].text not in ',;:–„“"':
            start -= 1
        head = noun_phrase(tokens, start, begin - 1)
        if head == begin - 1 and start == before and tokens[start].lower not in SUBJECT_PRONOUNS - DETERMINERS:
            return start, end
    return span


def _distant_subject(tokens: Sequence[Token], verb: int, before: int) -> tuple[int, int] | None:
    """The subject of a verb right after a comma: before the relative clause or apposition that the comma closes."""
    if verb - 1 <= before or tokens[verb - 1].text not in {",", "–", "-"}:
        return None
    start = before
    while start < verb and tokens[start].lower in FOCUS | {"und", "aber"}:
        start += 1
    opener = tokens[start].lower
    if opener in PREPOSITIONS or opener in SUBORDINATORS or opener in TIME_NOUNS:
        return None
    end = noun_phrase(tokens, start, verb)
    if end is None or end >= verb or tokens[end].text not in {",", "–", "-"}:
        return None
    following = tokens[end + 1].lower if end + 1 < verb else ""
    if following in RELATIVES and apposition(tokens, end, verb) is None:
        closing = tokens[verb - 2]
        return (start, end) if not closing.capital else None
    if following in PREPOSITIONS:
        return (start, end) if tokens[end + 2].lower in RELATIVES else None
    while end < verb - 1:
        further = apposition(tokens, end, verb)
        if further is None:
            return (start, end) if tokens[end + 1].lower in RELATIVES | PREPOSITIONS else None
        end = further
    return start, end


def _direct_addressee(tokens: Sequence[Token], cue: Cue, start: int | None = None) -> None:
    """Who was told: "gegenüber X", "im Gespräch mit X", an accusative object of "auffordern" and its like."""
    begin = cue.finite + 1 if start is None else start
    for at in range(cue.clause.first, cue.clause.last):
        if tokens[at].lower == "gegenüber":
            end = noun_phrase(tokens, at + 1, cue.clause.last)
            if end is not None:
                cue.addressee = [(at + 1, end)]
                return
    if "o" in cue.verb.takes:
        at = begin
        while at < cue.clause.last and (tokens[at].lower in ADVERBS or at in cue.tokens):
            at += 1
        end = noun_phrase(tokens, at, cue.clause.last)
        if end is not None and at >= begin and tokens[at].lower not in SUBJECT_PRONOUNS - DETERMINERS:
            cue.addressee = [(at, end)]


def all_cues(tokens: Sequence[Token], parts: Sequence[Clause], limit: int, before: int) -> Iterator[Cue]:
    """The cues of several clauses, attributed; a verb after "und" has the subject of the one before it."""
    previous: Cue | None = None
    for clause in parts:
        for cue in find_cues(tokens, clause, limit):
            attribute(tokens, cue, limit, before)
            coordinated = cue.finite > before and tokens[cue.finite - 1].lower in COORDINATING
            if coordinated and not cue.speaker and not cue.final:
                if previous is not None:
                    cue.speaker = list(previous.speaker)
                elif clause.first < cue.finite:
                    end = noun_phrase(tokens, clause.first, cue.finite)
                    subject = tokens[clause.first].lower not in PREPOSITIONS | ADVERBS | OBLIQUE_DETERMINERS
                    cue.speaker = [(clause.first, end)] if end is not None and subject else []
            if not cue.speaker and cue.last == clause.last - 1 and clause.last - clause.first <= 4:
                _as_said_by(tokens, cue, parts)
            previous = cue
            yield cue


def _as_said_by(tokens: Sequence[Token], cue: Cue, parts: Sequence[Clause]) -> None:
    """ "Wie Anna Berg, die das Amt leitet, erklärte, …": the speaker stands in the clause with "wie"."""
    index = parts.index(cue.clause)
    for part in reversed(parts[max(0, index - 2) : index]):
        if tokens[part.first].lower == "wie":
            end = noun_phrase(tokens, part.first + 1, part.last)
            if end == part.last:
                cue.speaker = [(part.first + 1, end)]
                cue.clause = Clause(part.first, cue.clause.last)
                cue.final = True
            return
