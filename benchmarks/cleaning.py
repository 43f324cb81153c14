"""Cleaning against the public extractors, by words, on a gold file; and how fast each is.

    python -m benchmarks.cleaning GOLD.jsonl[.gz] [--leave-one-out [--further PAGES.jsonl[.gz]]…]

With --leave-one-out every publisher's pages are also cleaned by classifiers
trained without them, which is what pages of unknown publishers will see. That
needs what training needs (make install-train); `--further` names the further
pages that the shipped classifiers have learnt from too.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from pipeline.evaluation.cleaning import Source, cleaned, compare
from pipeline.evaluation.gold import read_pages

Page = Mapping[str, Any]
SOURCES: tuple[Source, ...] = ("html", "extracted_text", "page_text")


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--further", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    if arguments.leave_one_out and find_spec("lightgbm") is None:
        parser.error("--leave-one-out trains classifiers, which needs LightGBM: make install-train")
    pages = read_pages(arguments.gold)
    write = sys.stdout.write
    write(
        "| input | cleaned by | precision | recall | F1 | below 0.8 | pages/s of CPU |\n|---|---|---|---|---|---|---|\n"
    )
    clean = Cleaner(PipelineConfig())
    for source in SOURCES:
        write(_row(source, "redefluss", pages, partial(_text, lambda _: clean, source)))
        for name, extract in _peers(source):
            write(_row(source, name, pages, extract))
    if arguments.leave_one_out:
        by_publisher = dict(_left_out(arguments.gold, arguments.further))
        for source in SOURCES:
            write(
                _row(source, "redefluss, publisher left out", pages, partial(_text, by_publisher.__getitem__, source))
            )


def _text(cleaner_of: Callable[[str], Cleaner], source: Source, page: Page) -> str:
    article = cleaned(cleaner_of(_publisher(page)), page, source)
    return article.text if article else ""


def _row(source: str, name: str, pages: list[dict[str, Any]], extract: Callable[[Page], str]) -> str:
    texts = [extract(page) for page in pages]  # warms up, too: the stage is a process that runs for long
    started = time.process_time()
    for page in pages:
        extract(page)
    took = time.process_time() - started
    scores = [compare(text, "\n".join(page["gold"])) for text, page in zip(texts, pages, strict=True)]
    means = [statistics.fmean(getattr(score, part) for score in scores) for part in ("precision", "recall", "f1")]
    below = sum(score.f1 < 0.8 for score in scores)
    return (
        f"| {source} | {name} | {' | '.join(f'{mean:.4f}' for mean in means)} | {below} | {len(pages) / took:.0f} |\n"
    )


def _peers(source: Source) -> Iterator[tuple[str, Callable[[Page], str]]]:
    if source != "html":
        yield "nothing", lambda page: str(page[source])
        yield "jusText", lambda page: _justext("".join(f"<p>{escape(line)}</p>" for line in page[source].splitlines()))
        return
    import trafilatura
    from newspaper import Article
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text

    def newspaper(page: Page) -> str:
        article = Article(page["url"], language="de", fetch_images=False)  # nothing is asked of the publishers' servers
        article.download(input_html=page["html"])
        article.parse()
        return str(article.text)

    yield "trafilatura", lambda page: trafilatura.extract(page["html"], include_comments=False) or ""
    yield "jusText", lambda page: _justext(page["html"])
    yield "readability-lxml", lambda page: trafilatura.html2txt(Document(page["html"]).summary())
    yield "resiliparse", lambda page: extract_plain_text(page["html"], main_content=True)
    yield "newspaper4k", newspaper


def _justext(page: str) -> str:
    import justext

    paragraphs = justext.justext(page.encode(), justext.get_stoplist("German"), encoding="utf-8")
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def _left_out(gold: Path, further: list[Path]) -> Iterator[tuple[str, Cleaner]]:
    from pipeline.training.cleaning import leave_one_out, read_samples

    data = read_samples(gold, further)
    for publisher in sorted({_publisher(page) for page in read_pages(gold)}):
        forests = leave_one_out(data, publisher)
        yield publisher, Cleaner(PipelineConfig(), forests.__getitem__)


def _publisher(page: Page) -> str:
    return urlsplit(page["url"]).netloc.removeprefix("www.")


if __name__ == "__main__":
    main()
