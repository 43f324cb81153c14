"""Further gold pages for the line classifiers, from test files that extraction libraries publish.

    python -m pipeline.training.further_pages FOLDER OUTPUT.jsonl.gz

FOLDER holds the source distributions that `further_pages.toml` names. The pages
themselves cannot be passed on; which of their blocks are the article can. Needs
resiliparse, which makes the visible and the extracted text of a page.
"""

import argparse
import gzip
import hashlib
import re
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from pipeline.cleaning.metadata import read_metadata
from pipeline.cleaning.page import page_lines, parse

_CHOICE = Path(__file__).with_suffix(".toml")
_HOST = re.compile(r"(?P<host>[\w.-]+?\.(?:gv\.at|de|at|ch|com|net|org|info))\.(?P<page>.+)")


def main() -> None:
    """Write the gold file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    with gzip.open(arguments.output, "wb") as file:
        for page in pages(arguments.folder):
            file.write(orjson.dumps(page) + b"\n")


def pages(folder: Path) -> Iterator[dict[str, Any]]:
    """The gold pages, as `pipeline.evaluation.gold.read_pages` gives them.

    Raises:
        ValueError: if a page is not read into the blocks that the choice was made from.
    """
    from resiliparse.extract.html2text import extract_plain_text

    chosen = tomllib.loads(_CHOICE.read_text(encoding="utf-8"))
    for distribution in sorted({name.split("/")[0] for name in chosen}):
        with tarfile.open(folder / f"{distribution}.tar.gz") as archive:
            for name in sorted(name for name in chosen if name.startswith(f"{distribution}/")):
                file = archive.extractfile(name)
                html = decoded(file.read()) if file is not None else ""
                root = parse(html)
                lines = page_lines(root)
                gold = [lines[number].text for number in numbers(chosen[name]["blocks"])]
                if hashlib.sha256("\n".join(gold).encode()).hexdigest()[:16] != chosen[name]["gold"]:
                    raise ValueError(f"{name} is read into other blocks than those that {_CHOICE.name} counts")
                yield {
                    "name": Path(name).stem,
                    "url": address(Path(name).stem),
                    "title": read_metadata(root).title or "",
                    "authors": [],
                    "html": html,
                    "page_text": extract_plain_text(html),
                    "extracted_text": extract_plain_text(html, main_content=True),
                    "gold": gold,
                }


def decoded(content: bytes) -> str:
    """The text of a page: UTF-8, or the encoding of older pages."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def numbers(blocks: str) -> Iterator[int]:
    """What "3 5-7" stands for: 3, 5, 6, 7."""
    for run in blocks.split():
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)


def address(stem: str) -> str:
    """A URL with the page's host, of a file's name such as "example.org.article"."""
    found = _HOST.fullmatch(stem)
    return f"https://{found['host']}/{found['page']}" if found else f"https://{stem}/"


if __name__ == "__main__":
    main()
