"""Subjects: the phrases that can say who speaks, before and behind a verb."""

from collections.abc import Container, Sequence
from itertools import pairwise

from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.words import (
    ADVERB_ENDINGS,
    ADVERBS,
    AGENCY_NOUNS,
    ASKED,
    AUXILIARIES,
    CORRELATES,
    DETERMINERS,
    FOCUS,
    MEDIA_NOUNS,
    MEDIA_PEOPLE,
    NAME_PARTICLES,
    OBJECT_PRONOUNS,
    OBLIQUE_DETERMINERS,
    PREPOSITIONS,
    REFLEXIVES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_NOUNS,
)
from pipeline.quotes.clauses import LONGEST_CLAUSE
from pipeline.quotes.cues import Cue
from pipeline.quotes.mood import is_relative
from pipeline.quotes.phrases import apposition, noun_phrase, prepositional_phrase
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_adjective, is_finite_reporting, is_noun
from pipeline.spans import TokenIndex, TokenRange, token_indices

_INFLECTED = ("t", "te", "g", "b", "f", "h", "ß", "s", "m", "l", "ing")
"""How verbs of one person end ("winkte", "zeigt", "gab", "ging")."""
_FARTHEST = 60
"""Tokens from the verb on among which its subject begins."""
_DATIVES = frozenset({"der", "dem", "den", "dieser", "unserer"})
_COMMAS = frozenset({",", "–", "-"})
_NO_SUBJECTS = PREPOSITIONS | SUBORDINATORS | TIME_NOUNS


def subject_from(tokens: Sequence[Token], start: TokenIndex, limit: TokenIndex, cue: Cue) -> TokenRange | None:
    """The first noun phrase from `start` that can be a subject; objects on the way become addressees."""
    at = start
    while at < min(limit, start + _FARTHEST):
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
                cue.addressee = cue.addressee or [TokenRange(at + 1, end)]
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
            told = lower in OBJECT_PRONOUNS or "o" in cue.verb.takes
            if told or ("a" in cue.verb.takes and not _accusative(tokens, at, end)):
                cue.addressee = cue.addressee or [TokenRange(at, end)]
            at = end
            continue
        return TokenRange(at, end)
    return None


def _accusative(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether "den …" is one thing and not several people: its noun lacks the dative's n ("den Ausbau")."""
    noun = next((token for token in tokens[first + 1 : last] if token.capital), None)
    return (
        tokens[first].lower == "den"
        and noun is not None
        and not (noun.text.isupper() or noun.lower.endswith(("n", "s")))
    )


def without_topic(tokens: Sequence[Token], span: TokenRange, cue: Cue) -> TokenRange:
    """Takes what is spoken of ("von einem Erfolg") off the end of a speaker's phrase."""
    if cue.verb.lemma in {"sprechen", "ausgehen", "berichten"}:
        outside = {token.lower for token in tokens[span[1] : cue.clause.last]}
        for at in token_indices(span[0] + 1, span[1]):
            if tokens[at].lower in {"von", "vom"} and not outside & {"von", "vom", "davon"}:
                return TokenRange(span[0], at)
    return span


def with_apposition(tokens: Sequence[Token], span: TokenRange, limit: TokenIndex) -> TokenRange:
    begin, end = span
    further = apposition(tokens, end, limit) if end < limit else None
    return TokenRange(begin, further) if further is not None else span


def split_dative(tokens: Sequence[Token], span: TokenRange, cue: Cue) -> TokenRange:
    """Takes a medium that was told ("der Agentur X") off the end of a speaker's phrase and makes it the addressee."""
    begin, end = span
    for at in token_indices(begin + 1, end):
        if tokens[at].lower not in _DATIVES or (at - begin == 1 and tokens[begin].lower in DETERMINERS):
            continue
        nouns = {token.lower.rsplit("-", 1)[-1] for token in tokens[at + 1 : end] if token.word}
        told = not nouns.isdisjoint(MEDIA_NOUNS)
        named = at + 1 < end and tokens[at + 1].text in '„»"«'
        head = tokens[at - 1]
        if (told or named) and (is_noun(head) or head.text == ")") and not _speaks_for(head, nouns):
            cue.addressee = [TokenRange(at, end)]
            return TokenRange(begin, at)
    return span


def _speaks_for(head: Token, medium: set[str]) -> bool:
    """Whether somebody called `head` is of the medium behind it: "Redakteur der Zeitung", not "Sprecher der dpa"."""
    spokesman = head.lower in {"sprecher", "sprecherin"} and medium.isdisjoint(AGENCY_NOUNS)
    return spokesman or head.lower.endswith(MEDIA_PEOPLE)


def forefield(tokens: Sequence[Token], cue: Cue, first: TokenIndex, before: TokenIndex) -> TokenRange | None:
    """The subject in front of the inflected verb, or None if something else stands there."""
    start = first
    while start < cue.finite - 1 and tokens[start].lower in FOCUS:
        start += 1
    token = tokens[start]
    if token.lower in {"der", "die"} and start + 1 == cue.finite and start == cue.clause.first:
        return TokenRange(start, cue.finite)  # "Der konterte": he whom the sentence before ends with
    if _noble(tokens, start, cue):
        return TokenRange(start, cue.finite)
    if (
        token.lower in _NO_SUBJECTS
        or token.lower in CORRELATES | ASKED
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
    return _widen(
        tokens, TokenRange(start, whole if _same_phrase(tokens, end, whole) else end), cue.clause.first, before
    )


def _noble(tokens: Sequence[Token], start: TokenIndex, cue: Cue) -> bool:
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


def is_plural(tokens: Sequence[Token], phrase: TokenRange) -> bool:
    """Whether a phrase is a plural by its looks: "die Äußerungen"."""
    first = phrase[0]
    return tokens[first].lower in {"die", "diese", "alle"} and any(
        is_noun(token) and token.lower.endswith(("en", "ern", "eln")) for token in tokens[first + 1 : first + 3]
    )


def _same_phrase(tokens: Sequence[Token], end: TokenIndex, whole: TokenIndex) -> bool:
    """Whether the words between a noun phrase and the verb belong to the phrase: "… nach der Festnahme", no verb."""
    opens = tokens[end].lower in PREPOSITIONS or tokens[end].text in "(,"
    return opens and not any(token.lower in AUXILIARIES or is_finite_reporting(token) for token in tokens[end:whole])


def _widen(tokens: Sequence[Token], span: TokenRange, clause_first: TokenIndex, before: TokenIndex) -> TokenRange:
    """An apposition's noun before it: "Hugo Salcedo, Kopf einer Gruppe, sagte" begins with the name."""
    begin, end = span
    if begin == clause_first and begin - 1 > before and tokens[begin - 1].text == ",":
        start = begin - 1
        while start > before and tokens[start - 1].text not in ',;:–„“"':
            start -= 1
        head = noun_phrase(tokens, start, begin - 1)
        if head == begin - 1 and start == before and tokens[start].lower not in SUBJECT_PRONOUNS - DETERMINERS:
            return TokenRange(start, end)
    return span


def distant_subject(tokens: Sequence[Token], verb: TokenIndex, before: TokenIndex) -> TokenRange | None:
    """The subject of a verb right after a comma: before the relative clause or apposition that the comma closes."""
    start = before
    while start < verb and tokens[start].lower in FOCUS | {"und", "aber"}:
        start += 1
    if verb - start > LONGEST_CLAUSE:
        return None
    if verb - 1 <= before or tokens[verb - 1].text not in _COMMAS or tokens[start].lower in _NO_SUBJECTS:
        return None
    end = noun_phrase(tokens, start, verb)
    if end is None or end >= verb or tokens[end].text not in _COMMAS:
        return None
    found: TokenRange | None = None
    if is_relative(tokens, end + 1, verb - 1):
        found = TokenRange(start, end)
    else:
        while end < verb - 1:
            further = apposition(tokens, end, verb)
            if further is None:
                return TokenRange(start, end) if is_relative(tokens, end + 1, verb - 1) else None
            end = further
        found = TokenRange(start, end)
    return found


def surnames(tokens: Sequence[Token]) -> frozenset[str]:
    """Words that stand behind a given name somewhere: by them alone a person may be called elsewhere."""
    return frozenset(
        behind.text
        for name, behind in pairwise(tokens)
        if name.capital and behind.capital and len(behind.text) > 2 and is_given_name(name.text)
    )


def person_subject(
    tokens: Sequence[Token],
    first: TokenIndex,
    last: TokenIndex,
    known: Container[str],
) -> TokenRange | None:
    """The person that a sentence begins with as its subject: "Chefin Hanna Obst winkte ab".

    By a given name, a role or a surname that is `known` from elsewhere ("Obst winkte ab").
    """
    end = noun_phrase(tokens, first, last, places=False)
    if end is None or tokens[first].lower in PREPOSITIONS | SUBORDINATORS:
        return None
    end = apposition(tokens, end, last) or end
    verb = end + (end < last and tokens[end].text == ",")
    acts = verb < last and not tokens[verb].capital and tokens[verb].lower.endswith(_INFLECTED)
    if not acts:
        return None
    names = [token.text for token in tokens[first:end] if token.capital]
    named = any(is_given_name(name) for name in names[:-1]) or any(
        role_word(role) is not None and role_word(name) is None for role, name in pairwise(names)
    )
    named = named or (first + 1 == end and tokens[first].text in known)
    return TokenRange(first, end) if named else None
