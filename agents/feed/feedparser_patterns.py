"""Some of feedparser's regular expressions take a time that grows with the square of the length of a feed, or with its
third power. Nothing can interrupt them, so that one feed of 100 kB would stop all others."""

import re

from feedparser import encodings, sanitizer


def replace() -> None:
    """Put others in their place, which find the same in any feed that is one, and need time with its length."""
    encodings.RE_XML_PI_ENCODING = re.compile(rb"<\?[^>\n]{0,500}encoding=['\"]([^'\">\n]{1,100})['\"]")
    # What has no end goes up to that of the document's head, instead of being looked for again from each next begin.
    sanitizer.RE_DOCTYPE_PATTERN = re.compile(rb"^\s*<!DOCTYPE([^>]*+)(?:>|\Z)", re.MULTILINE)
    sanitizer.RE_ENTITY_PATTERN = re.compile(rb"^\s*<!ENTITY([^>]*+)(?:>|\Z)", re.MULTILINE)
