"""Words that end others: "minister" ends "außenminister"."""

from __future__ import annotations

from collections.abc import Iterable


def kin(words: Iterable[str]) -> dict[str, set[str]]:
    """For each of `words` those of them that it ends or that end it, itself included.

    The time grows with the letters of the words, not with the square of their number.
    """
    found: dict[str, set[str]] = {word: set() for word in words}
    ends: list[str] = []
    # By their last letters, every word comes right before all that end in it: `ends` has those that end each other.
    for word in sorted(found, key=lambda word: word[::-1]):
        while ends and not word.endswith(ends[-1]):
            ends.pop()
        ends.append(word)
        found[word].update(ends)
        for end in ends:
            found[end].add(word)
    return found
