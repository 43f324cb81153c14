"""Fingerprints of a text: equal for exact copies, near for near copies."""

import hashlib
import re

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"\w+")
_BITS = np.arange(64, dtype=np.uint64)


def content_hash(text: str) -> str:
    """SHA-256, in hex, of the words of `text` without case, punctuation and white space."""
    return hashlib.sha256(" ".join(_WORD.findall(text.casefold())).encode("utf-8", "replace")).hexdigest()


def simhash(text: str) -> str:
    """The 64-bit SimHash of `text` as 16 hex digits; an empty text has all zeros.

    The features are the distinct words of five letters and more, cut to their
    first seven letters so that inflection does not count, and pairs of them in
    sequence. Few changed words in many move few bits.
    """
    words = [word[:7] for word in _WORD.findall(text.casefold()) if len(word) >= 5]
    features = set(words)
    if not features:
        return "0" * 16
    hashes: npt.NDArray[np.uint64] = np.frombuffer(
        b"".join(hashlib.blake2b(feature.encode("utf-8", "replace"), digest_size=8).digest() for feature in sorted(features)),
        dtype="<u8",
    )
    ones = ((hashes[:, None] >> _BITS) & np.uint64(1)).sum(axis=0, dtype=np.int64)
    value = int(((ones * 2 > len(hashes)).astype(np.uint64) << _BITS).sum())
    return f"{value:016x}"


def distance(one: str, other: str) -> int:
    """How many of the 64 bits of two simhashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
