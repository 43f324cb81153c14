"""Verb forms that show whose words a clause holds: Konjunktiv, infinitives with zu, relative clauses."""

from collections.abc import Sequence
from typing import Literal

from pipeline.lexicon.verbs import subjunctive_first, subjunctive_second
from pipeline.lexicon.words import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    FINITE_AUXILIARIES,
    PREPOSITIONS,
    RELATIVES,
    SEPARABLE_PREFIXES,
    SUBJECT_PRONOUNS,
)
from pipeline.quotes.text import Token
from pipeline.quotes.word_shapes import is_adjective, is_noun
from pipeline.spans import TokenIndex, token_indices

_BEFORE_NOUNS = frozenset({"und", "ein", "eine", "der", "die", "das", "des", "keine", "seine", "ihre"})
_PREFIXES = tuple(sorted(SEPARABLE_PREFIXES))
_VERB_ENDINGS = ("t", "te", "ten", "en", "e", "rn", "ln")


def is_subjunctive(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether a Konjunktiv form of the third person stands among tokens `first` to `last`."""
    for index in token_indices(first, last):
        token = tokens[index]
        if token.capital and index > first:
            continue
        if token.lower in subjunctive_second():
            return True
        if token.lower in subjunctive_first():
            following = tokens[index + 1] if index + 1 < last else None
            if following is None or not following.capital or token.lower in AUXILIARIES:
                return True
            if index > first and tokens[index - 1].lower not in _BEFORE_NOUNS:
                return True
    return False


def looks_subjunctive(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether a word right behind a noun or a pronoun can be a first Konjunktiv, of whatever verb ("der Bau ruhe")."""
    for index in token_indices(first + 1, last):
        token, before = tokens[index], tokens[index - 1]
        following = tokens[index + 1] if index + 1 < last else None
        verbal = token.lower.endswith("e") and len(token.text) > 3 and not token.capital and token.word
        behind = is_noun(before) or before.lower in SUBJECT_PRONOUNS
        attribute = following is not None and (is_noun(following) or is_adjective(following))
        if verbal and behind and not attribute and token.lower not in ADVERBS | DETERMINERS | PREPOSITIONS:
            return True
    return False


def carries_on_speech(
    tokens: Sequence[Token], first: TokenIndex, last: TokenIndex
) -> Literal["clearly", "perhaps"] | None:
    """Whether a sentence's verb is in the Konjunktiv, so that it goes on with what someone said before.

    "clearly" by the first Konjunktiv; "perhaps" by the second one in a main clause, which may as well be the writer's.
    """
    perhaps = False
    for index in token_indices(first, last):
        token = tokens[index]
        if token.lower in {"ich", "wir"}:
            return None
        if token.capital and not (index == first and token.lower in FINITE_AUXILIARIES):
            continue
        following = tokens[index + 1] if index + 1 < last else None
        if token.lower in subjunctive_first():
            pronoun = index > first and tokens[index - 1].lower in {"er", "es", "sie", "man"}
            if token.lower in FINITE_AUXILIARIES or following is None or not following.capital or pronoun:
                return "clearly"
        elif token.lower in subjunctive_second() and following is not None and following.text not in ",.;:":
            perhaps = True
    return "perhaps" if perhaps else None


def has_infinitive(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether an infinitive with zu stands among the tokens ("zu gehen", "anzufangen")."""
    for index in token_indices(first, last):
        token = tokens[index]
        if token.capital or not token.word:
            continue
        if token.lower == "zu" and index + 1 < last:
            verb = tokens[index + 1]
            after = tokens[index + 2] if index + 2 < last else None
            if (
                verb.lower.endswith("n")
                and not verb.capital
                and (after is None or not after.capital or not is_adjective(verb))
            ):
                return True
        if "zu" in token.lower[2:-3] and token.lower.endswith("n") and token.lower.startswith(_PREFIXES):
            return True
    return False


def _behind_words(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> TokenIndex:
    """Where tokens `first` to `last` end without the marks at their end."""
    while last > first and not tokens[last - 1].word:
        last -= 1
    return last


def ends_in_infinitive(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether the clause closes with an infinitive with zu."""
    end = _behind_words(tokens, first, last)
    return has_infinitive(tokens, max(first, end - 3), end)


def verb_second(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether an inflected auxiliary or Konjunktiv form stands before the end of the clause: a main clause."""
    end = _behind_words(tokens, first, last)
    return any(
        token.lower in FINITE_AUXILIARIES or (token.lower in subjunctive_first() and not token.capital)
        for token in tokens[first : max(first + 1, end - 1)]
    )


def is_relative(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether the clause of tokens `first` to `last` is a relative clause: pronoun first, verb last."""
    if not _opens_relative(tokens, first, last):
        return False
    if tokens[first].lower in {"was", "wo", "wobei"}:
        return True
    end = _behind_words(tokens, first, last)
    closing = tokens[end - 1]
    inflected = not closing.capital and closing.lower.endswith(_VERB_ENDINGS) and closing.lower not in ADVERBS
    verbal = closing.lower in AUXILIARIES or inflected
    if end - first < 2 or not verbal or ends_in_infinitive(tokens, first, last):
        return False
    chained = _finite(closing) and _finite(tokens[end - 2])
    second = [i for i in token_indices(first + 1, end - 1 - chained) if _finite(tokens[i])]
    return not second or (tokens[first + 1].lower in DETERMINERS and second[0] > first + 4)


def _opens_relative(tokens: Sequence[Token], first: TokenIndex, last: TokenIndex) -> bool:
    """Whether a clause begins with a relative pronoun, perhaps behind a preposition ("mit denen")."""
    if tokens[first].lower not in PREPOSITIONS:
        return tokens[first].lower in RELATIVES
    if first + 2 >= last or tokens[first + 1].lower not in RELATIVES - {"was", "das"}:
        return False
    return not (is_noun(tokens[first + 2]) or is_adjective(tokens[first + 2]))


def _finite(token: Token) -> bool:
    if token.capital:
        return False
    lower = token.lower
    return lower in FINITE_AUXILIARIES or lower in subjunctive_first() or lower in subjunctive_second()
