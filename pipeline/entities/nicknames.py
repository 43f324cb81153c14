"""Persons whose nickname stands in quotation marks within their name."""

import re
from collections.abc import Iterable

from pipeline.entities.cluster import NameSpan
from pipeline.entities.words import TextWords

_WITH_NICKNAME = re.compile(r"""[^\W\d_][\w .-]* \(?[„"“»«'‚‘]\w[\w .-]*[“”"«»'‘’]\)? """)
_LONGEST_BEFORE_SURNAME = 60


def with_nicknames(words: TextWords, spans: Iterable[NameSpan]) -> list[NameSpan]:
    """`spans` in reading order; a given name and the surname around a nickname in marks are one person.

    "Jan „Johnny“ Obst" is, where the model sees "Jan" and "Obst".
    """
    result: list[NameSpan] = []
    for span in sorted(spans):
        before = result[-1] if result else None
        if before is not None and before.type == span.type == "PER" and _around_nickname(words, before, span):
            result[-1] = NameSpan(before.begin, span.end, "PER", before.known or span.known)
        else:
            result.append(span)
    return result


def _around_nickname(words: TextWords, given: NameSpan, surname: NameSpan) -> bool:
    text = words.text[given.begin : surname.begin]
    return len(text) <= _LONGEST_BEFORE_SURNAME and _WITH_NICKNAME.fullmatch(text) is not None
