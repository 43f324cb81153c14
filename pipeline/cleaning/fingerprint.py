"""Fingerprints of a text: equal for exact copies, near for near copies."""

import hashlib
import re
from functools import lru_cache

import numpy as np

_WORD = re.compile(r"\w+")


def content_hash(text: str) -> str:
    """SHA-256, in hex, of the words of `text` without case, punctuation and white space."""
    return hashlib.sha256(" ".join(_WORD.findall(text.casefold())).encode("utf-8", "replace")).hexdigest()


def simhash(text: str) -> str:
    """The 64-bit SimHash of `text` as 16 hex digits; an empty text has all zeros.

    The features are the distinct words of five letters and more, cut to their
    first seven letters so that inflection does not count. Few changed words in
    many move few bits.
    """
    words = [word[:7] for word in _WORD.findall(text.casefold()) if len(word) >= 5]
    features = set(words)
    if not features:
        return "0" * 16
    digests = np.frombuffer(b"".join(map(_digest, features)), dtype=np.uint8).reshape(-1, 8)
    ones = np.unpackbits(digests, axis=1).sum(axis=0, dtype=np.int64)
    return np.packbits(ones * 2 > len(features)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits of two simhashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@lru_cache(maxsize=50_000)
def _digest(word: str) -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
