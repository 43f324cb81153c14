"""The numbers that text browsers (`lynx -dump`) set before links, whose addresses they list at the end."""

import re

from pipeline.cleaning.wrapping import joined_full_lines

_REFERENCE = re.compile(r"^ *(\d{1,4})\. (?:https?|file|mailto|javascript|tel):\S* *$", re.MULTILINE)
_LINK = re.compile(r"\[(\d{1,4})\](?=\S)")
_FEWEST = 3


def without_link_numbers(text: str) -> str:
    """A text without the numbers before its links, if a list of their addresses stands in it.

    Its paragraphs are in one line each then: the width of lines is measured with the numbers.
    """
    if "[1]" not in text:
        return text
    text = text.replace("\r\n", "\n")
    listed = set(_REFERENCE.findall(text))
    if len(listed) < _FEWEST:
        return text
    return _LINK.sub(lambda found: "" if found[1] in listed else found[0], joined_full_lines(text) or text)
