"""Posts of social networks that a page has embedded.

A post with its author under it ("— Ida Muster (@muster) 3. März 2024") is a
statement of that person, and stays as a quote. What the networks put in the place
of a post that they do not show ("Sieh dir diesen Beitrag auf Instagram an") and
notices that ask for consent to show it are removed.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from pipeline.cleaning.lines import Line
from pipeline.cleaning.parsing import LINKS_RULE
from pipeline.cleaning.shapes import has_any

_AUTHOR = re.compile(r"\S.{0,80}?\(@\w[\w.@-]{0,80}\)")
_POSTED_BY = re.compile(
    r"(?:ein beitrag geteilt von|a (?:post|photo) (?:shared|posted) by|gepostet von|posted by)\b|@\w[\w.@-]{0,80}$"
)
_NO_WORDS = re.compile(r"♬|(?:view (?:on|this)|auf \w+ (?:an(?:sehen|schauen)|anzeigen)|post by)\b")
_PLACEHOLDER = re.compile(
    r"(?:sieh dir diesen beitrag|diesen beitrag auf instagram|view this (?:post|photo)|ein beitrag geteilt von|"
    r"a (?:post|photo) (?:shared|posted) by|gepostet von|posted by)\b|"
    r"(?:externe[nrs]? inhalte?|inhalte? von (?:twitter|x|facebook|instagram|youtube|tiktok|drittanbietern?))\b"
    r".{0,200}?(?:stimm|einwillig|einverstanden|anzeigen|geladen|laden|akzeptier|erlaub|datenschutz)|"
    r"(?:empfohlener|an dieser stelle .{0,40}) (?:redaktioneller|externer|externe) inhalte?\b|"
    r"ich bin damit einverstanden, dass mir externe inhalte|"
    r"(?:stellen|laden).{0,60}ohne (?:dein|ihr) einverständnis"
)
_CONSENT = re.compile(r"wir und unsere \d{1,4} partner\b")
_CUES = ("beitrag", "view this", "posted by", "post shared", "photo shared", "inhalt", "einverständnis")
_LONGEST = 700
_FEWEST_WORDS = 3
_LONGEST_POST = 250
"""In words; what is longer is an article in an element that is only called so."""


def mark_embeds(lines: Sequence[Line]) -> None:
    """Keep the posts that have their author beside them, and remove what stands in the place of others."""
    for is_in_one, run in groupby(lines, _is_in_post):
        post = list(run)
        is_in_post = is_in_one and sum(len(line.words) for line in post) <= _LONGEST_POST
        said = is_in_post and any(map(_says_something, post))
        signed = is_in_post and any(_is_signature(line, said=said) for line in post)
        for line in post:
            if not line.open and not (is_in_post and line.rule == LINKS_RULE):
                continue
            if signed and (_is_signature(line, said=said) or not (_is_placeholder(line) or _has_no_words(line))):
                line.keep("quote", "embedded post with its author")
            elif _CONSENT.match(line.lowered) is not None:
                line.remove("legal", "asks for consent")
            elif is_in_post or _is_placeholder(line):
                line.remove("embed", "in the place of an embedded post")


def _is_signature(line: Line, *, said: bool) -> bool:
    """Whether a line says whose a post is; "Ein Beitrag geteilt von" does so only where the post `said` something."""
    if said and _POSTED_BY.match(line.lowered) is not None:
        return True
    return is_author_of_post(line.text) and not _is_placeholder(line)


def _says_something(line: Line) -> bool:
    """Whether a line of a post may be its words: no address, placeholder or link to the network."""
    return (
        len(line.words) >= _FEWEST_WORDS
        and not _is_placeholder(line)
        and not is_author_of_post(line.text)
        and not _has_no_words(line)
    )


def _has_no_words(line: Line) -> bool:
    return _NO_WORDS.match(line.lowered) is not None


def is_author_of_post(line: str) -> bool:
    """Whether the line names the author of a post, as below it ("— Ida Muster (@muster) 3. März 2024")."""
    return "(@" in line and _AUTHOR.search(line[:_LONGEST]) is not None


def _is_in_post(line: Line) -> bool:
    return line.markup is not None and "post" in line.markup.far


def _is_placeholder(line: Line) -> bool:
    return len(line.text) <= _LONGEST and has_any(line.lowered, _CUES) and _PLACEHOLDER.search(line.lowered) is not None
