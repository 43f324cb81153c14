"""Annotation apart from its text, for texts that may not be passed on: offsets, and a hash by which the text is known.

A line of a standoff file is the annotation of one article, whose text is its body alone:

- `id`, `name` (what the text's data set calls it), `sha256` of the text in UTF-8, `head`;
- `chains`: the lines of the table, `[key, type, gender, named, name, aliases, roles, affiliations]`;
- `mentions`: `[begin, end, chain, kind, stated, speaks, hears]`, in code points of the text;
- `quotes`: `[number, type, medium, speakers, spans, cue]`, `none`: `[begin, end, why]`;
- `blocks`, of a web page alone: the numbers of those blocks of its HTML (`pipeline.cleaning.page.page_lines`) that are
  the text.

The text is that of the data set with the white space at its lines' ends taken away and runs of empty lines as one.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from pipeline.cleaning.page import page_lines, parse
from pipeline.corpus.model import (
    AnnotatedArticle,
    AnnotatedBlock,
    AnnotatedBlockKind,
    AnnotatedChain,
    AnnotatedMention,
    AnnotatedQuote,
    NoQuote,
    Part,
    Range,
)
from pipeline.errors import ConfigurationError
from pipeline.evaluation.gold import read_rows
from pipeline.spans import CharOffset, char_span

FIELDS = ("id", "name", "sha256", "head", "chains", "mentions", "quotes", "none")


class StandoffError(ValueError):
    """An annotation and a text that do not belong together: one line that names the article."""


def normalised(text: str) -> str:
    """The text as it stands in an article's file: lines without white space at their ends, one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines)


def sha256(text: str) -> str:
    """The hash of a text's UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def to_standoff(article: AnnotatedArticle, name: str, blocks: Sequence[int] = ()) -> dict[str, Any]:
    """The annotation of `article` without its text, which the data set calls `name`, or has as `blocks` of a page.

    Raises:
        StandoffError: it has more than plain paragraphs, which the text alone would not tell.
    """
    body = article.body
    if len(article.parts) > 1 or body.blocks != _blocks(body.text):
        raise StandoffError(f"{article.id}: only the annotation of a body of plain lines can stand apart")
    chains = article.chains.values()
    return {
        "id": article.id,
        "name": name,
        "sha256": sha256(body.text),
        "head": {key: value for key, value in article.head.items() if key != "id"} | {"source": "real"},
        "chains": [[c.key, c.type, c.gender, c.named, c.name, c.aliases, c.roles, c.affiliations] for c in chains],
        "mentions": [[m.begin, m.end, m.chain, m.kind, m.stated, m.speaks, m.hears] for m in body.mentions],
        "quotes": [[q.number, q.type, q.medium, q.speakers, q.spans, q.cue] for q in body.quotes],
        "none": [[none.begin, none.end, none.why] for none in body.none],
    } | ({"blocks": list(blocks)} if blocks else {})


def from_standoff(row: Mapping[str, Any], text: str) -> AnnotatedArticle:
    """The article of which `row` is the annotation and `text` the text.

    Raises:
        StandoffError: the text is another one, or the row is none.
    """
    text = normalised(text)
    if sha256(text) != row["sha256"]:
        raise StandoffError(f"{row['id']}: the text of {row['name']!r} is another one than was annotated")
    try:
        chains = [
            AnnotatedChain(key, kind, gender, name, named, tuple(aliases), tuple(roles), tuple(affiliations))
            for key, kind, gender, named, name, aliases, roles, affiliations in row["chains"]
        ]
        mentions = tuple(
            AnnotatedMention(begin, end, chain, kind, tuple(speaks), tuple(hears), stated)
            for begin, end, chain, kind, stated, speaks, hears in row["mentions"]
        )
        quotes = tuple(
            AnnotatedQuote(number, kind, medium, _ranges(spans), tuple(speakers), _ranges(cue))
            for number, kind, medium, speakers, spans, cue in row["quotes"]
        )
        none = tuple(NoQuote(begin, end, why) for begin, end, why in row["none"])
        head = {"id": row["id"], **row["head"]}
    except (TypeError, ValueError) as error:
        raise StandoffError(f"{row['id']}: no annotation ({error})") from error
    body = Part("body", text, mentions, quotes, none, _blocks(text))
    return AnnotatedArticle(row["id"], head, {chain.key: chain for chain in chains}, (body,))


def _ranges(spans: Iterable[Iterable[CharOffset]]) -> tuple[Range, ...]:
    return tuple((begin, end) for begin, end in spans)


def _blocks(text: str) -> tuple[AnnotatedBlock, ...]:
    """The lines; one that begins as a list item or a heading is written in an article's file can only be one there."""
    signs: dict[str, AnnotatedBlockKind] = {"- ": "list", "##": "heading"}
    lines = re.finditer(r"[^\n]+", text)
    return tuple(AnnotatedBlock(*char_span(line), signs.get(line.group()[:2], "paragraph")) for line in lines)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as JSON lines; gzipped, without a time, where the name ends in .gz."""
    content = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)


def read_sources(path: Path) -> dict[str, dict[str, Any]]:
    """The texts of a data set by their names: JSON lines with `name`, and with `text`, `gold` or `html`.

    Raises:
        GoldError: the file cannot be read.
        ConfigurationError: a line has none of the three.
    """
    rows = read_rows(path, ("name",))
    if wrong := [row["name"] for row in rows if not {"text", "gold", "html"} & row.keys()]:
        raise ConfigurationError(f"{path}: {wrong[0]!r} has neither text nor gold nor html")
    return {row["name"]: row for row in rows}


def text_of(row: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    """The text that is annotated in `row`: the blocks that it names, or `text`, or the paragraphs under `gold`.

    Raises:
        StandoffError: `source` has no such text.
    """
    try:
        if "blocks" not in row:
            return str(source["text"]) if "text" in source else "\n\n".join(source["gold"])
        lines = page_lines(parse(source["html"]))
        return "\n\n".join(lines[number].text for number in row["blocks"])
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise StandoffError(f"{row['id']}: {row['name']!r} has no such text ({error!r})") from error
