"""Fingerprints of a text: equal for exact copies, near for near copies."""

import hashlib
import re
from collections.abc import Iterable

import numpy as np

from pipeline.cleaning.lines import words_of

_WORD = re.compile(r"\w+")
_MOST_DIGESTS = 50_000


def fingerprints(text: str) -> tuple[str, str]:
    """`content_hash` and `simhash` of a text.

    The content hash is the SHA-256, in hex, of its words without case,
    punctuation and white space. The simhash has 64 bits, as 16 hex digits: its
    features are the distinct words of five letters and more, cut to their first
    seven letters so that inflection does not count. Few changed words in many
    move few bits; without such words it is all zeros.
    """
    return fingerprints_of(words_of(text))


def fingerprints_of(words: Iterable[str]) -> tuple[str, str]:
    """The same of a text of which the lower-case words are known."""
    words = list(words)
    lowered = " ".join(words)
    folded = lowered.casefold()
    # Apart from "ß", what folding makes longer are a few letters, some of which fall apart into what is in no word.
    if len(folded) > len(lowered) + lowered.count("ß"):
        words = _WORD.findall(folded)
        folded = " ".join(words)
    content = hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
    features = set(map(_DIGESTS.__getitem__, words))
    features.discard(b"")
    if not features:
        return content, "0" * 16
    digests = np.frombuffer(b"".join(features), dtype=np.uint8).reshape(-1, 8)
    ones = np.unpackbits(digests, axis=1).sum(axis=0, dtype=np.int64)
    return content, np.packbits(ones * 2 > len(features)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits of two simhashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


class _Digests(dict[str, bytes]):
    """A digest of the feature that each word is, nothing for a word that is none.

    Most words are asked for again, and a plain dictionary has them sooner than an LRU cache.
    """

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _MOST_DIGESTS:
            self.clear()
        folded = word.casefold()
        feature = folded[:7].encode("utf-8", "replace") if len(folded) >= 5 else b""
        digest = self[word] = hashlib.blake2b(feature, digest_size=8).digest() if feature else b""
        return digest


_DIGESTS = _Digests()
