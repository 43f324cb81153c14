"""Noun phrases: where the words that name a speaker or an addressee begin and end."""

from collections.abc import Sequence

from pipeline.quotes.lexicon import reporting_forms
from pipeline.quotes.text import Token
from pipeline.quotes.words import (
    ADVERBS,
    AUXILIARIES,
    COORDINATORS,
    DETERMINERS,
    GENITIVE_DETERMINERS,
    OBJECT_PRONOUNS,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    TIME_NOUNS,
)

_ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em", "te", "ster")
_NAME_PARTICLES = frozenset(
    [
        "von",
        "van",
        "de",
        "del",
        "della",
        "di",
        "da",
        "al",
        "el",
        "bin",
        "ibn",
        "abu",
        "ben",
        "zu",
        "zur",
        "der",
        "den",
        "ter",
        "dos",
        "le",
        "la",
        "ul",
    ]
)
_ATTACHING = frozenset(["von", "vom", "beim", "bei", "aus", "für", "der", "des", "zur", "zum", "im", "in"])
_OPEN_QUOTES = '„»«"‚“'
_NOT_ADJECTIVES = (
    ADVERBS
    | AUXILIARIES
    | COORDINATORS
    | PREPOSITIONS
    | OBJECT_PRONOUNS
    | frozenset(["sich", "nicht", "dass", "wie", "wenn", "als"])
)


def is_adjective(token: Token) -> bool:
    """Whether a lower-case word, by its ending, can be an attribute before a noun ("deutsche", "37-jährige")."""
    lower = token.lower
    if lower in _NOT_ADJECTIVES or lower in DETERMINERS or not token.word:
        return False
    if token.text[0].isdigit():
        return "jährige" in lower or lower.isdigit()
    return not token.capital and len(lower) > 3 and lower.endswith(_ADJECTIVE_ENDINGS)


def is_noun(token: Token) -> bool:
    return token.capital and token.lower not in DETERMINERS


def _quoted_name(tokens: Sequence[Token], index: int, limit: int) -> int | None:
    """End of a short name in quotation marks that begins at `index` („Bild am Sonntag“)."""
    if index < limit and tokens[index].text in _OPEN_QUOTES:
        for end in range(index + 2, min(limit, index + 8)):
            if tokens[end].text in '“”"«»‘’':
                return end + 1
    return None


def _bracket(tokens: Sequence[Token], index: int, limit: int) -> int | None:
    """End of a short bracket that begins at `index`: "(CDU)", "(37)"."""
    if index < limit and tokens[index].text == "(":
        for end in range(index + 2, min(limit, index + 9)):
            if tokens[end].text == ")":
                return end + 1
    return None


def _core(tokens: Sequence[Token], index: int, limit: int) -> int | None:
    """End of determiner, attributes and nouns from `index`; None where no noun follows."""
    at = index
    if at < limit and tokens[at].lower in DETERMINERS:
        at += 1
    started = at
    while at < limit:
        token = tokens[at]
        quoted = _quoted_name(tokens, at, limit)
        if quoted is not None and at > index:
            at = quoted
            if at >= limit or not (is_noun(tokens[at]) or tokens[at].text.startswith("-")):
                return at
            continue
        if is_noun(token):
            break
        follows_adjective = at + 1 < limit and (is_noun(tokens[at + 1]) or is_adjective(tokens[at + 1]))
        if (
            is_adjective(token)
            or (token.text[0].isdigit() and follows_adjective)
            or (
                token.lower in {"und", "sowie", ",", "sehr", "so", "genannte", "genannten"}
                and at > started
                and follows_adjective
            )
        ):
            at += 1
        elif token.lower == "so" and at + 1 < limit and tokens[at + 1].lower.startswith("genannt"):
            at += 2
        else:
            return None
    if at >= limit:
        return None
    while at < limit:
        token = tokens[at]
        if (
            (
                is_noun(token)
                and not (at > index and token.lower in TIME_NOUNS and tokens[at - 1].lower not in DETERMINERS)
            )
            or (token.lower in _NAME_PARTICLES and at + 1 < limit and _name_goes_on(tokens, index, at, limit))
            or (
                token.text in "&/-–"
                and at + 1 < limit
                and is_noun(tokens[at + 1])
                and token.end == tokens[at + 1].begin
            )
            or (token.text == "." and at + 1 < limit and is_noun(tokens[at + 1]) and len(tokens[at - 1].text) <= 4)
            or (
                token.text[0].isdigit()
                and at > started
                and tokens[at - 1].end + 1 == token.begin
                and len(token.text) <= 2
            )
        ):
            at += 1
        else:
            break
    return at


def _name_goes_on(tokens: Sequence[Token], first: int, at: int, limit: int) -> bool:
    """Whether a particle ("von", "al") stands within a name: "Ursula von der Leyen", not "Sprecher von Siemens"."""
    following = tokens[at + 1]
    if following.lower in _NAME_PARTICLES and at + 2 < limit:
        following = tokens[at + 2]
    if not is_noun(following) or at == first:
        return False
    before = tokens[at - 1]
    if tokens[at].lower in {"von", "der", "den", "zu", "zur", "da"}:
        plain = tokens[first].lower not in DETERMINERS
        return plain and is_noun(before) and at - first <= 3 and not before.lower.endswith(("sprecher", "sprecherin"))
    return is_noun(before)


def noun_phrase(tokens: Sequence[Token], index: int, limit: int, *, attach: bool = True) -> int | None:
    """The end (exclusive) of the noun phrase that begins at token `index`, or None if none does.

    With `attach`, what belongs to it is included: genitives, "von …", brackets, quoted names, coordination. Nothing at
    or after `limit` is looked at.
    """
    if index >= limit:
        return None
    first = tokens[index]
    at = _core(tokens, index, limit)
    if at is None:
        if first.lower in SUBJECT_PRONOUNS or first.lower in OBJECT_PRONOUNS:
            return index + 1
        return None
    while at < limit:
        token = tokens[at]
        end = _bracket(tokens, at, limit) or _quoted_name(tokens, at, limit)
        if end is None and attach:
            end = _attachment(tokens, index, at, limit)
        if end is None:
            break
        at = end
        if token.text == "(" and at < limit and is_noun(tokens[at]) and tokens[at].lower not in TIME_NOUNS:
            at = _core(tokens, at, limit) or at
    return at


def _attachment(tokens: Sequence[Token], first: int, at: int, limit: int) -> int | None:
    """End of a genitive, a prepositional phrase or a second conjunct that begins at `at` and belongs to the phrase."""
    lower = tokens[at].lower
    nominal = tokens[first].lower in DETERMINERS or not is_noun(tokens[first]) or at - first == 1
    if lower in GENITIVE_DETERMINERS and is_noun(tokens[at - 1]) and nominal:
        return _core(tokens, at, limit)
    if lower in {"und", "sowie", "bzw", "oder"} and at + 1 < limit:
        return (
            noun_phrase(tokens, at + 1, limit, attach=False) if tokens[at + 1].lower not in SUBJECT_PRONOUNS else None
        )
    if lower in _ATTACHING and nominal and at + 1 < limit:
        if lower in {"im", "in"} and tokens[first].lower not in DETERMINERS:
            return None
        end = _core(tokens, at + 1, limit)
        if end is None or any(token.lower in TIME_NOUNS for token in tokens[at + 1 : end]):
            return None
        if lower in {"im", "in"} and any(
            t.lower.endswith(
                (
                    "interview",
                    "gespräch",
                    "beitrag",
                    "bericht",
                    "artikel",
                    "sendung",
                    "mitteilung",
                    "stellungnahme",
                    "erklärung",
                    "rede",
                )
            )
            for t in tokens[at + 1 : end]
        ):
            return None
        return end
    return None


def apposition(tokens: Sequence[Token], comma: int, limit: int) -> int | None:
    """End of an apposition that follows the comma at `comma` ("…, Leiter des Amtes,"), without the closing comma."""
    if comma + 1 >= limit or tokens[comma].text != ",":
        return None
    end = noun_phrase(tokens, comma + 1, limit)
    if end is None or tokens[comma + 1].lower in SUBJECT_PRONOUNS - DETERMINERS:
        return None
    while end < limit and tokens[end].lower in PREPOSITIONS:
        further = _core(tokens, end + 1, limit)
        if further is None:
            break
        end = further
    if end == limit or tokens[end].text in ',:.;!?„»"':
        return end
    return None


def prepositional_phrase(tokens: Sequence[Token], index: int, limit: int) -> int | None:
    """The end of the prepositional phrase that begins at token `index`, or None."""
    if index + 1 >= limit or tokens[index].lower not in PREPOSITIONS:
        return None
    token = tokens[index + 1]
    if token.text[0].isdigit():
        end = index + 2
        while end < limit and (tokens[end].text in ".:" or tokens[end].text[0].isdigit() or tokens[end].capital):
            end += 1
        return end
    end = noun_phrase(tokens, index + 1, limit)
    if end is not None:
        while end < limit and tokens[end].lower in TIME_NOUNS:
            end += 1
        return end
    if token.lower in ADVERBS or token.lower in OBJECT_PRONOUNS:
        return index + 2
    return None


def is_finite_reporting(token: Token) -> bool:
    return any(form.kind == "finite" for form in reporting_forms().get(token.lower, ()))
