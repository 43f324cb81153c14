"""Frames without a verb: "laut X", "nach Angaben von X", "X zufolge", "so X", "demnach"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, takewhile

from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon import endings, in_both_spellings
from pipeline.lexicon.verbs import plural_forms
from pipeline.lexicon.words import (
    DETERMINERS,
    MONTHS,
    PREPOSITIONS,
    RELATIVES,
    SOURCE_NOUNS,
    THOUGHT_NOUNS,
    TIME_NOUNS,
)
from pipeline.quotes.inserted_frames import apposition_in_frame
from pipeline.quotes.phrases import apposition, bracket, name_in_marks, noun_phrase
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_adjective, is_finite_reporting, is_noun
from pipeline.spans import TokenIndex, TokenRange, token_indices
from schemas.records import Medium

_SUCH = frozenset({"ein", "eine", "einen", "einem", "einer"})
_SOURCE_ENDINGS = endings("source_endings")
_SPEAKING_BODIES = endings("speaking_body_endings")
_OF_SOURCES = frozenset({"auf", "aus", "für", "gegen", "im", "in", "vom", "über", "zu", "zum", "zur"})
_ACCORDING = in_both_spellings({"gemäß"})


@dataclass(frozen=True, slots=True)
class SourcePhrase:
    """Tokens `first` to `last` (excluded) that name a source; the speaker's tokens and the cue's within."""

    first: TokenIndex
    last: TokenIndex
    speaker: TokenRange | None
    cue: tuple[TokenIndex, ...]
    medium: Medium


def _is_source(word: str) -> bool:
    return word in SOURCE_NOUNS or word.endswith(_SOURCE_ENDINGS)


def source_phrases(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> Iterator[SourcePhrase]:
    """The source phrases among tokens `first` to `last`, in text order."""
    at = first
    while at < last:
        lower = tokens[at].lower
        found: SourcePhrase | None = None
        if lower in {"laut", *_ACCORDING} and at + 1 < last:
            found = _after_laut(tokens, at, last)
        elif lower in {"nach", "aus", "entsprechend"} and at + 1 < last:
            found = _with_noun(tokens, at, last, needs_sight=lower == "aus")
        if found is None and (
            lower in {"zufolge", "nach"} or (lower == "zu" and at + 1 < last and tokens[at + 1].lower == "folge")
        ):
            found = _behind(tokens, at, first)
        if found is not None:
            found = _before_verb(tokens, found, last) if at == first else found
            yield found
            at = max(found.last, at + 1)
        else:
            at += 1


def _before_verb(tokens: Sequence[Token], phrase: SourcePhrase, last: TokenIndex) -> SourcePhrase:
    """The phrase that a sentence begins with, up to the verb: nothing that does not belong to it can stand before that.

    So "für Obst" belongs to it in "Nach Angaben des Vereins für Obst fehlt Geld".
    """
    if phrase.speaker is None or phrase.cue != (phrase.first,):
        return phrase
    end, further = phrase.last, _attached(tokens, phrase.last, last)
    while further is not None:
        end, further = further, _attached(tokens, further, last)
    verb = tokens[end] if end < last else None
    follows = verb is not None and verb.word and not verb.capital and verb.lower not in PREPOSITIONS
    return replace(phrase, last=end, speaker=TokenRange(phrase.speaker.first, end)) if follows else phrase


def _attached(tokens: Sequence[Token], at: TokenIndex, last: TokenIndex) -> TokenIndex | None:
    """The end of a bracket, of a genitive behind one, of a year behind its month, or of "für …", from `at` on."""
    if at + 1 >= last:
        return None
    token, before = tokens[at], tokens[at - 1]
    if token.lower in _OF_SOURCES:
        return noun_phrase(tokens, at + 1, last, places=False)
    if before.text == ")" and token.lower in {"der", "des"}:
        return noun_phrase(tokens, at, last, places=False)
    if token.text.isdigit() and before.lower in MONTHS:
        return at + 1
    return bracket(tokens, at, last)


def _after_laut(tokens: Sequence[Token], at: TokenIndex, last: TokenIndex) -> SourcePhrase | None:
    end = source_end(tokens, at + 1, last)
    if end is None:
        token = tokens[at + 1]
        if tokens[at].lower == "laut" and "." in token.text and len(token.text) > 3:
            end = at + 2
        else:
            return None
    if tokens[at].lower in _ACCORDING and not _says_something(tokens[at + 1 : end]):
        return None
    return SourcePhrase(at, end, TokenRange(at + 1, end), (at,), "SW")


def _says_something(phrase: Sequence[Token]) -> bool:
    """Whether what stands behind "gemäß" is somebody or what somebody says: the law, a plan and a contract are not."""
    if any(_is_source(token.lower) or token.lower.endswith(("sprecher", "sprecherin", "bericht")) for token in phrase):
        return True
    capitals = dropwhile(lambda token: not token.capital, phrase)
    nouns = [token.text for token in takewhile(is_noun, capitals)]
    named = len(nouns) > 1 and is_given_name(nouns[0])
    return named or any(noun.lower().endswith(_SPEAKING_BODIES) or _is_one_person(noun) for noun in nouns)


def _is_one_person(noun: str) -> bool:
    role = role_word(noun)
    return role is not None and role.singular


def source_end(tokens: Sequence[Token], begin: TokenIndex, last: TokenIndex) -> TokenIndex | None:
    """The end of the phrase that names a source, with the genitive, the "von …" or the apposition of it."""
    end = name_in_marks(tokens, begin, last) or noun_phrase(tokens, begin, last, places=False)
    if end is None:
        return None
    end = next((at for at in token_indices(begin + 1, end) if _opens_statement(tokens, at)), end)
    if end < last and _opens_statement(tokens, end):
        return end
    word = tokens[end - 1].lower
    owned = word.endswith(_SOURCE_ENDINGS) and word not in _SOURCE_ENDINGS  # "VDN-Angaben": what follows is no owner
    if end < last and tokens[end].lower in {"von", "vom"} and not owned:
        further = noun_phrase(tokens, end + 1, last, places=False)
        end = further if further is not None else end
    elif (
        end + 1 < last
        and tokens[end].lower.endswith("er")
        and is_adjective(tokens[end])
        and _is_source(tokens[end - 1].lower)
        and (
            is_noun(tokens[end + 1]) or (end + 2 < last and is_adjective(tokens[end + 1]) and is_noun(tokens[end + 2]))
        )
    ):
        further = noun_phrase(tokens, end, last, places=False)
        end = further if further is not None else end
    further = apposition(tokens, end, last) if end < last else None
    if further is not None and further < last and tokens[further].text == ",":
        end = further
    return end


def _opens_statement(tokens: Sequence[Token], at: TokenIndex) -> bool:
    """Whether "von einem Brand" behind a source ("laut Polizei") is what it says, for lack of a noun with "von"."""
    if at + 1 >= len(tokens) or tokens[at].lower != "von" or tokens[at + 1].lower not in {"einem", "einer", "dem"}:
        return False
    before = tokens[at - 1]
    named = at > 1 and tokens[at - 2].capital
    return before.capital and not named and not _is_source(before.lower) and role_word(before.text) is None


def _with_noun(tokens: Sequence[Token], at: TokenIndex, last: TokenIndex, *, needs_sight: bool) -> SourcePhrase | None:
    """ "nach Angaben der Polizei", "nach den Worten von X", "aus Sicht des Ministers"."""
    if at > 0 and tokens[at - 1].lower in TIME_NOUNS:
        return None
    head = at + 1
    while head < last and head < at + 5 and not tokens[head].capital:
        head += 1
    if head < last and not _is_source(tokens[head].lower) and tokens[head].lower.endswith("s") and head + 1 < last:
        head += 1
    if head >= last:
        return None
    word = tokens[head].lower
    if word != "sicht" if needs_sight else not _is_source(word):
        return None
    end = source_end(tokens, at + 1, last)
    if end is None or end <= head:
        return None
    medium: Medium = "ST" if word in THOUGHT_NOUNS else "SW"
    return SourcePhrase(at, end, TokenRange(at + 1, end), (at,), medium)


def _behind(tokens: Sequence[Token], at: TokenIndex, first: TokenIndex) -> SourcePhrase | None:
    """ "X zufolge", "meiner Meinung nach", "dem Vernehmen nach"."""
    if tokens[at].lower == "nach" and at - 2 >= first and tokens[at - 1].lower == "vernehmen":
        return SourcePhrase(at - 2, at + 1, None, (at - 2, at - 1, at), "Speech")
    if tokens[at].lower == "nach" and tokens[at - 1].lower not in SOURCE_NOUNS:
        return None
    best: TokenIndex | None = None
    bare = _is_source(tokens[at - 1].lower)
    for start in token_indices(at - 1, max(first, at - 14) - 1, -1):
        if bare and first < start < at - 1 and not _may_describe(tokens, start):
            break
        end = noun_phrase(tokens, start, at)
        if end == at and (tokens[start].lower in DETERMINERS or is_noun(tokens[start]) or is_adjective(tokens[start])):
            best = start
            if tokens[start].lower in DETERMINERS and start > first and tokens[start - 1].text != "und":
                following = noun_phrase(tokens, start - 1, at)
                if following != at:
                    break
    if best is None:
        return None
    cue = (at, at + 1) if tokens[at].lower == "zu" else (at,)
    medium: Medium = "ST" if tokens[at - 1].lower in THOUGHT_NOUNS else "SW"
    return SourcePhrase(best, cue[-1] + 1, TokenRange(best, at), cue, medium)


def _may_describe(tokens: Sequence[Token], at: TokenIndex) -> bool:
    """Whether a word may belong to the source behind it, as in "ersten Angaben", "Obsts Angaben".

    The verb and the nouns of the sentence around it do not: "Am Montag starben in Bagdad Angaben zufolge".
    """
    token = tokens[at]
    if is_adjective(token):
        determined = at > 0 and tokens[at - 1].lower in DETERMINERS
        return token.lower.endswith(("en", "er", "em")) and (determined or token.lower not in plural_forms())
    if is_noun(token) and is_noun(tokens[at + 1]):
        return token.text.isupper() or token.text.endswith(("s", "er", "'", "’", "-"))
    return True


def says_so(
    tokens: Sequence[Token], first: TokenIndex, last: TokenIndex, limit: TokenIndex, before: TokenIndex
) -> SourcePhrase | None:
    """The clause ", so X" that begins at token `first`, with an apposition that follows it.

    `before` is where the sentence begins.
    """
    if tokens[first].lower != "so" or first + 1 >= last:
        return None
    start = first + 1
    if tokens[start].lower in {"jedenfalls", "zumindest", "etwa", "weiter"}:
        start += 1
    if start >= last or tokens[start].lower in {"auch", "dass", "mancher", "manche", "viele", "viel", "wie"}:
        return None
    if is_finite_reporting(tokens[start]) and not tokens[start].capital:
        return None
    end = noun_phrase(tokens, start, last)
    if end is None:
        return None
    further = apposition_in_frame(tokens, before, first, end, limit) if end == last else None
    if further is not None and tokens[last + 1].lower not in RELATIVES - DETERMINERS:
        end = further
    return SourcePhrase(first, end, TokenRange(start, end), (first,), "Speech")


def says_so_before(tokens: Sequence[Token], first: TokenIndex, behind: TokenIndex) -> SourcePhrase | None:
    """The "so X" between two commas right before token `behind`, in a sentence that begins at token `first`."""
    end = behind - 1
    if end <= first or tokens[end].text not in ",–-":
        return None
    for at in token_indices(end - 2, first, -1):
        if tokens[at].text in ',–-„“”"»«':
            return None
        if tokens[at].lower == "so" and tokens[at - 1].text in ",–-":
            phrase = says_so(tokens, at, end, end, first)
            whole = phrase is not None and phrase.last == end
            return phrase if whole and tokens[at + 1].lower not in _SUCH else None
    return None
