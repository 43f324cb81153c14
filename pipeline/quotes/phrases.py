"""Noun phrases: where the words that name a speaker or an addressee begin and end."""

from collections.abc import Sequence

from pipeline.entities.person_words import TITLES, is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon import endings, word_list
from pipeline.lexicon.words import (
    ABBREVIATIONS,
    ADVERBS,
    ATTACHING,
    DETERMINERS,
    DOCUMENTS,
    GENITIVE_DETERMINERS,
    NAME_PARTICLES,
    NO_NAMES,
    OBJECT_PRONOUNS,
    OWNING_DETERMINERS,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    TIME_NOUNS,
)
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_adjective, is_noun
from pipeline.spans import TokenIndex, token_indices

_OPEN_QUOTES = '„»«"‚“'
_OCCASIONS = (*DOCUMENTS, "gespräch", "sendung", "rede")
_MEDIA = word_list("media_before_names")
_BODIES = endings("bodies_of_fields")
_PARTS_OF_TIMES = frozenset({"anfang", "mitte", "ende"})
_LONGEST_PHRASE = 150
"""Tokens of a noun phrase with all that belongs to it, or of an apposition."""
OUT_OF_OFFICE = frozenset({"a", "D", "i", "R", "a.D", "i.R"})
"""The words of "a. D." and "i. R." behind an office."""
_MOST_ATTRIBUTES = 12
"""Words that may stand before a noun as its attributes; in news there are rarely more than eight."""


def name_in_marks(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """End of a short name in quotation marks that begins at `index` („Bild am Sonntag“)."""
    if index + 2 < limit and tokens[index].text in _OPEN_QUOTES and not _opens_small(tokens, index):
        for end in token_indices(index + 2, min(limit, index + 8)):
            if tokens[end].text in '“”"«»‘’':
                return end + 1
    return None


def _opens_small(tokens: Sequence[Token], index: TokenIndex) -> bool:
    """Whether words in marks begin like no name: „wie am Spieß“, unlike „tagesschau.de“ and Magazin „brand eins“."""
    first = tokens[index + 1]
    called = index > 0 and tokens[index - 1].text in _MEDIA
    return first.text.islower() and "." not in first.text and not is_noun(first) and not called


def bracket(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """End of a short bracket that begins at `index`: "(CDU)", "(37)"."""
    if index < limit and tokens[index].text == "(":
        for end in token_indices(index + 2, min(limit, index + 9)):
            if tokens[end].text == ")":
                return end + 1
    return None


def _attributes(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """Index of the first noun behind a determiner and attributes from `index`; None where something else stands."""
    if index >= limit:
        return None
    at = index + (
        tokens[index].lower in DETERMINERS or (tokens[index].capital and tokens[index].lower in OWNING_DETERMINERS)
    )
    started = at
    limit = min(limit, index + _MOST_ATTRIBUTES)
    while at < limit and not is_noun(tokens[at]):
        token = tokens[at]
        quoted = name_in_marks(tokens, at, limit)
        if quoted is not None:
            return at if at > index else None
        goes_on = at + 1 < limit and (is_noun(tokens[at + 1]) or is_adjective(tokens[at + 1]))
        if token.lower == "so" and at + 1 < limit and tokens[at + 1].lower.startswith("genannt"):
            at += 2
        elif token.text.isdigit() and at + 2 < limit and tokens[at + 2].lower.startswith("alt"):
            at += 3
        elif (
            (started > index and token.lower in ADVERBS and goes_on and not is_noun(tokens[at + 1]))
            or is_adjective(token)
            or (goes_on and (token.text[0].isdigit() or (at > started and token.lower in _LINKS)))
        ):
            at += 1
        else:
            return None
    return at if at < limit else None


_LINKS = frozenset({"und", "sowie", ",", "sehr", "wie"})


def _core(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """End of determiner, attributes and nouns from `index`; None where no noun follows."""
    particle = (
        index + 1 < limit and tokens[index].lower in {"de", "al", "van", "el", "di"} and is_noun(tokens[index + 1])
    )
    at = index + 1 if particle else _attributes(tokens, index, limit)
    if at is None:
        return None
    quoted = name_in_marks(tokens, at, limit)
    at = quoted if quoted is not None else at + 1
    while at < limit and _goes_on(tokens, index, at, limit):
        at += 1
    return at


def _goes_on(tokens: Sequence[Token], index: TokenIndex, at: TokenIndex, limit: TokenIndex) -> bool:
    """Whether token `at` belongs to the nouns of a phrase that begins before it, at `index`."""
    token = tokens[at]
    if is_noun(token):
        timed = token.lower in TIME_NOUNS and tokens[at - 1].lower not in DETERMINERS
        return not timed or _is_surname(tokens, at, limit)
    if token.text[0].isdigit():
        return (len(token.text) <= 2 or "/" in token.text) and tokens[at - 1].end + 1 == token.begin
    following = tokens[at + 1] if at + 1 < limit else None
    if following is None:
        return False
    if token.text in OUT_OF_OFFICE and following.text == ".":
        return True
    if token.lower in NAME_PARTICLES and (is_noun(following) or following.lower in NAME_PARTICLES):
        return _name_goes_on(tokens, index, at, limit)
    if following.text in TITLES or token.text in TITLES:
        goes_on = "." in (token.text, following.text)  # "Dr. jur. Anna Berg"
    else:
        dotted = token.text == "." and (len(tokens[at - 1].text) <= 4 or tokens[at - 1].lower in ABBREVIATIONS)
        goes_on = is_noun(following) and (dotted or (token.text in "&/-–" and token.end == following.begin))
    return goes_on


def _is_surname(tokens: Sequence[Token], at: TokenIndex, limit: TokenIndex) -> bool:
    """Whether a time noun is somebody's name: "Julia Winter", not "Julia Mitte März"."""
    part = tokens[at].lower in _PARTS_OF_TIMES and at + 1 < limit and tokens[at + 1].lower in TIME_NOUNS
    return is_given_name(tokens[at - 1].text) and not part


def _name_goes_on(tokens: Sequence[Token], first: TokenIndex, at: TokenIndex, limit: TokenIndex) -> bool:
    """Whether a particle ("von", "al") stands within a name: "Ursula von der Leyen", not "Sprecher von Siemens"."""
    before, following = tokens[at - 1], tokens[at + 1]
    if following.lower in NAME_PARTICLES and at + 2 < limit and tokens[at].lower != "zu":
        following = tokens[at + 2]
    if not is_noun(following):
        return False
    if before.lower in NAME_PARTICLES and not is_noun(before):
        return True
    if tokens[at].lower in {"zu", "zur"} and following.lower in NO_NAMES:
        return False
    if tokens[at].lower in {"der", "den"}:
        return before.lower in NAME_PARTICLES or (tokens[at].lower == "der" and _may_own(tokens, first, at))
    if tokens[at].lower in {"von", "zu", "zur", "da"}:
        plain = tokens[first].lower not in DETERMINERS and at - first <= 3
        return plain and is_noun(before) and not before.lower.endswith(("sprecher", "sprecherin"))
    return is_noun(before)


def _field(tokens: Sequence[Token], at: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """End of what a body is for: "für Statistik", "für Kultus, Jugend und Sport", behind "Landesamt"."""
    if tokens[at].lower != "für" or not tokens[at - 1].lower.endswith(_BODIES):
        return None
    end = further = _capital_core(tokens, at + 1, limit)
    while further is not None and further < limit and tokens[further].text == ",":
        further = _capital_core(tokens, further + 1, limit)
    if further is not None and further < limit and tokens[further].lower in {"und", "sowie"}:
        end = _capital_core(tokens, further + 1, limit) or end
    return end


def _capital_core(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    return _core(tokens, index, limit) if index < limit and tokens[index].capital else None


def _may_own(tokens: Sequence[Token], first: TokenIndex, at: TokenIndex) -> bool:
    """Whether "der" at `at` begins a genitive: "Bund der Bauern", "Erster Chef der SPD", not "Udo Falk der Runde"."""
    return at - first == 1 or role_word(tokens[at - 1].text) is not None


def noun_phrase(
    tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex, *, attach: bool = True, places: bool = True
) -> TokenIndex | None:
    """The end (exclusive) of the noun phrase that begins at token `index`, or None if none does.

    With `attach`, what belongs to it is included: genitives, "von …", brackets, quoted names, coordination; and with
    `places` also "in …", "aus …" and their like. Nothing at or after `limit` is looked at.
    """
    if index >= limit:
        return None
    limit = min(limit, index + _LONGEST_PHRASE)
    first = tokens[index]
    at = _core(tokens, index, limit)
    if at is None:
        if first.lower not in SUBJECT_PRONOUNS and first.lower not in OBJECT_PRONOUNS:
            return None
        counted = index + 1 < limit and first.lower in DETERMINERS and tokens[index + 1].lower in GENITIVE_DETERMINERS
        return (_core(tokens, index + 1, limit) if counted else None) or index + 1
    if at + 1 < limit and tokens[at].text == "." and tokens[at - 1].capital and len(tokens[at - 1].text) == 1:
        at += 1  # "Carsten M." is cut to his initial
    while at < limit:
        token = tokens[at]
        end: TokenIndex | None = bracket(tokens, at, limit) or name_in_marks(tokens, at, limit)
        if end is None and attach:
            end = _field(tokens, at, limit) or _attachment(tokens, index, at, limit, places)
        if end is None:
            break
        at = end
        if token.text == "(" and at < limit and is_noun(tokens[at]) and tokens[at].lower not in TIME_NOUNS:
            at = _core(tokens, at, limit) or at
    return at


def _attachment(
    tokens: Sequence[Token], first: TokenIndex, at: TokenIndex, limit: TokenIndex, places: bool
) -> TokenIndex | None:
    """End of a genitive, a prepositional phrase or a second conjunct that begins at `at` and belongs to the phrase."""
    lower = tokens[at].lower
    determined = tokens[first].lower in DETERMINERS
    if lower in GENITIVE_DETERMINERS:
        nominal = not is_noun(tokens[first]) or at - first == 1
        chained = [token.lower for token in tokens[first:at] if token.lower in DETERMINERS]
        nominal = nominal or len(chained) == 1 or (bool(chained) and lower == "des")
        return _core(tokens, at, limit) if is_noun(tokens[at - 1]) and nominal else None
    if at + 1 >= limit:
        return None
    if lower in {"und", "sowie", "bzw", "oder"}:
        following = tokens[at + 1]
        pronoun = following.lower in SUBJECT_PRONOUNS - DETERMINERS
        # "sagte Obst und erntete lauten Applaus": a verb, since an adjective would end like the next one
        acts = following.lower.endswith("te") and at + 2 < limit and tokens[at + 2].lower.endswith(("en", "em"))
        verbal = acts and not (following.capital or tokens[at + 2].capital)
        return None if pronoun or verbal else noun_phrase(tokens, at + 1, limit, attach=False)
    if lower in {"von", "vom"} or (places and lower in ATTACHING and determined):
        end = _core(tokens, at + 1, limit)
        if end is None or any(token.lower in TIME_NOUNS for token in tokens[at + 1 : end]):
            return None
        occasion = lower in {"im", "in", "bei", "beim"} and any(
            token.lower.endswith(_OCCASIONS) for token in tokens[at + 1 : end]
        )
        return None if occasion else end
    return None


def apposition(tokens: Sequence[Token], comma: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """End of an apposition that follows the comma at `comma` ("…, Leiter des Amtes,"), without the closing comma."""
    if comma + 1 >= limit or tokens[comma].text != ",":
        return None
    limit = min(limit, comma + _LONGEST_PHRASE)
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


def prepositional_phrase(tokens: Sequence[Token], index: TokenIndex, limit: TokenIndex) -> TokenIndex | None:
    """The end of the prepositional phrase that begins at token `index`, or None."""
    if index + 1 >= limit or tokens[index].lower not in PREPOSITIONS:
        return None
    token = tokens[index + 1]
    if token.text[0].isdigit():
        at = index + 2
        while at < limit and (tokens[at].text in ".:" or tokens[at].text[0].isdigit() or tokens[at].capital):
            at += 1
        return at
    end = noun_phrase(tokens, index + 1, limit)
    if end is None:
        return index + 2 if token.lower in ADVERBS | OBJECT_PRONOUNS else None
    while end < limit and tokens[end].lower in TIME_NOUNS:
        end += 1
    return end
