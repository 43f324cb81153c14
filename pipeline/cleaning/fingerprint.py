"""Fingerprints of a text: equal for exact copies, near for near copies."""

import hashlib
import re
from functools import lru_cache

import numpy as np

_WORD = re.compile(r"\w+")


def fingerprints(text: str) -> tuple[str, str]:
    """`content_hash` and `simhash` of a text.

    The content hash is the SHA-256, in hex, of its words without case,
    punctuation and white space. The simhash has 64 bits, as 16 hex digits: its
    features are the distinct words of five letters and more, cut to their first
    seven letters so that inflection does not count. Few changed words in many
    move few bits; without such words it is all zeros.
    """
    words = _WORD.findall(text.casefold())
    content = hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()
    features = {word[:7] for word in words if len(word) >= 5}
    if not features:
        return content, "0" * 16
    digests = np.frombuffer(b"".join(map(_digest, features)), dtype=np.uint8).reshape(-1, 8)
    ones = np.unpackbits(digests, axis=1).sum(axis=0, dtype=np.int64)
    return content, np.packbits(ones * 2 > len(features)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits of two simhashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@lru_cache(maxsize=50_000)
def _digest(word: str) -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
