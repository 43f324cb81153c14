"""Read an annotated article from its file. `corpus/GUIDELINES.md` describes the markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from pipeline.corpus.inline_markup import MarkupError, PartReader
from pipeline.corpus.model import (
    AnnotatedArticle,
    AnnotatedBlockKind,
    AnnotatedChain,
    ChainType,
    PartName,
)

FURNITURE: dict[str, PartName] = {"K": "kicker", "T": "title", "B": "byline", "D": "dateline"}
_BLOCKS: dict[str, AnnotatedBlockKind] = {"## ": "heading", "- ": "list", "> ": "quote"}
_CHAIN_KEY = re.compile(r"[a-z][a-z0-9]*")


def read_article(path: Path) -> AnnotatedArticle:
    """The article in the file `path`; raises MarkupError."""
    return parse(path.read_text(encoding="utf-8-sig"))


def parse(source: str) -> AnnotatedArticle:
    """The article whose file holds `source`; raises MarkupError."""
    lines = source.split("\n")
    at = 0
    head: dict[str, str] = {}
    while at < len(lines) and lines[at].strip():
        key, colon, value = lines[at].partition(":")
        if not colon:
            raise MarkupError(at + 1, f"{lines[at][:40]!r} is no 'key: value' of the head")
        if key.strip() in head:
            raise MarkupError(at + 1, f"{key.strip()!r} stands twice in the head")
        head[key.strip()] = value.strip()
        at += 1
    if "id" not in head:
        raise MarkupError(1, "the head has no id")
    at = _skip_blank(lines, at)
    chains: dict[str, AnnotatedChain] = {}
    while at < len(lines) and "|" in lines[at] and _CHAIN_KEY.fullmatch(lines[at].split("|")[0].strip()):
        chain = _chain(lines[at], at + 1)
        if chain.key in chains:
            raise MarkupError(at + 1, f"the chain {chain.key!r} stands twice in the table")
        chains[chain.key] = chain
        at += 1
    at = _skip_blank(lines, at)
    readers: list[PartReader] = []
    while at < len(lines) and lines[at][:2] in {f"{sign}:" for sign in FURNITURE}:
        reader = PartReader(FURNITURE[lines[at][0]], chains)
        if any(other.name == reader.name for other in readers):
            raise MarkupError(at + 1, f"a second line '{lines[at][:2]}'")
        line = lines[at][2:]
        reader.read(line.lstrip(), at + 1)
        reader.finish()
        readers.append(reader)
        at += 1
    body = PartReader("body", chains)
    while at < len(lines):
        at = _skip_blank(lines, at)
        if at >= len(lines):
            break
        begin_line = at
        while at < len(lines) and lines[at].strip():
            at += 1
        _read_paragraph(body, lines[begin_line:at], begin_line + 1)
    body.finish()
    if not body.text:
        raise MarkupError(len(lines), "the article has no body")
    readers.append(body)
    return AnnotatedArticle(head["id"], head, chains, tuple(reader.part() for reader in readers))


def _skip_blank(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _chain(line: str, number: int) -> AnnotatedChain:
    cells = [cell.strip() for cell in line.split("|")]
    if not 4 <= len(cells) <= 6:
        raise MarkupError(number, "a chain is: key | type | gender | name | roles | affiliations")
    key, kind, gender, name, roles, affiliations = (*cells, "", "")[:6]
    if kind not in get_args(ChainType):
        raise MarkupError(number, f"{kind!r} is no type; the types are {', '.join(get_args(ChainType))}")
    if gender not in {"f", "m", "x", "-"} or (kind == "PER") != (gender != "-"):
        raise MarkupError(number, f"the gender of a {kind} cannot be {gender!r}: f, m or x for persons, - for all else")
    canonical, _, aliases = name.partition("=")
    named = not canonical.startswith("*")
    canonical = canonical.strip().removeprefix("*").strip()
    if not canonical:
        raise MarkupError(number, f"the chain {key!r} has no name")
    return AnnotatedChain(
        key,
        kind,  # type: ignore[arg-type]  # checked above
        gender,
        canonical,
        named and kind not in {"GRP", "THG"},
        tuple(alias.strip() for alias in aliases.split(",") if alias.strip()),
        tuple(role.strip() for role in roles.split(";") if role.strip()),
        tuple(each.strip() for each in affiliations.split(";") if each.strip()),
    )


def _read_paragraph(body: PartReader, lines: list[str], number: int) -> None:
    for offset, line in enumerate(lines):
        sign = next((sign for sign in _BLOCKS if line.startswith(sign)), None)
        kind: AnnotatedBlockKind = _BLOCKS[sign] if sign else "paragraph"
        body.begin_block(kind, glued=offset > 0)
        body.read(line[len(sign) :] if sign else line, number + offset)
        body.end_block()
