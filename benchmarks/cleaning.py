"""Cleaning against the public extractors, and how fast each is.

    python -m benchmarks.cleaning PAGES.jsonl[.gz]… [--left-out PARTS --gold GOLD.jsonl[.gz]
        [--further PAGES.jsonl[.gz]]…] [--below N]

Pages with `gold` paragraphs are compared word by word, those with snippets by
these. With --left-out every page is also cleaned by classifiers trained without a
part of all hosts, its own among them, which is what pages of unknown publishers
will see: they learn from --gold and --further. That needs what training needs
(make install-train). --below lists the pages that come out worst against the best
single extractor.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.extractors import Page, extractors
from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from pipeline.evaluation.cleaning import InputField, cleaned, compare
from pipeline.evaluation.gold import read_rows
from pipeline.evaluation.snippets import counts, total

SOURCES: tuple[InputField, ...] = ("html", "extracted_text", "page_text")
_MUCH_BELOW = 0.05
_WRITTEN = Path(__file__).parents[1] / "corpus" / "pages"
_FIELDS = ("name", "url", *SOURCES)


def main() -> None:
    """Print a table in Markdown for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--left-out", type=int, metavar="PARTS")
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--further", type=Path, action="append", default=[])
    parser.add_argument("--below", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    if arguments.left_out and arguments.gold is None:
        parser.error("--left-out trains classifiers, which need --gold to learn from")
    if arguments.left_out and (find_spec("lightgbm") is None or find_spec("resiliparse") is None):
        parser.error("--left-out trains classifiers, which needs LightGBM and resiliparse: make install-train")
    files = {path: read_rows(path, _FIELDS) for path in arguments.pages}
    by_host = {}
    if arguments.left_out:
        hosts = {_host(page) for pages in files.values() for page in pages}
        by_host = dict(_left_out(arguments.gold, arguments.further, hosts, arguments.left_out))
    for path, pages in files.items():
        sys.stdout.write(f"\n{path.name}: {len(pages)} pages\n\n")
        _table(pages, by_host, arguments.below)


def _table(pages: list[dict[str, Any]], by_host: Mapping[str, Cleaner], below: int) -> None:
    write = sys.stdout.write
    write("| input | cleaned by | precision | recall | F1 | pages/s of CPU |\n|---|---|---|---|---|---|\n")
    clean = Cleaner(PipelineConfig())
    for source in SOURCES:
        ways: list[tuple[str, Callable[[Page], str]]] = [("**redefluss**", partial(_text, lambda _: clean, source))]
        if by_host:
            ways.append(("**redefluss, host left out**", partial(_text, by_host.__getitem__, source)))
        rows = [_Row(name, way, pages) for name, way in [*ways, *extractors(source)]]
        for row in rows:
            write(
                f"| {source} | {row.name} | {row.precision:.4f} | {row.recall:.4f} | {row.f1:.4f} | {row.speed:.0f} |\n"
            )
        if source == "html":
            _compare(rows[len(ways) - 1], max(rows[len(ways) :], key=lambda row: row.f1), pages, below)


class _Row:
    """One way of cleaning: its texts, its scores, its speed."""

    def __init__(self, name: str, way: Callable[[Page], str], pages: Sequence[Page]) -> None:
        self.name = name
        texts = [way(page) for page in pages]  # warms up, too: the stage is a process that runs for long
        started = time.process_time()
        for page in pages:
            way(page)
        self.speed = len(pages) / (time.process_time() - started)
        if "gold" in pages[0]:
            words = [compare(text, "\n".join(page["gold"])) for text, page in zip(texts, pages, strict=True)]
            self.pages = [score.f1 for score in words]
            self.precision = statistics.fmean(score.precision for score in words)
            self.recall = statistics.fmean(score.recall for score in words)
            self.f1 = statistics.fmean(self.pages)
        else:
            snippets = [counts(page, text) for text, page in zip(texts, pages, strict=True)]
            self.pages = [score.f1 for score in snippets]
            whole = total(snippets)
            self.precision, self.recall, self.f1 = whole.precision, whole.recall, whole.f1


def _compare(ours: _Row, best: _Row, pages: Sequence[Page], below: int) -> None:
    """Say on how many pages we are much below the best extractor, and on how many above; list the worst of them."""
    gaps = [mine - other for mine, other in zip(ours.pages, best.pages, strict=True)]
    worse, better = sum(gap < -_MUCH_BELOW for gap in gaps), sum(gap > _MUCH_BELOW for gap in gaps)
    sys.stdout.write(
        f"\n{ours.name} against {best.name}, by page: more than {_MUCH_BELOW} below on {worse} "
        f"({worse / len(pages):.1%}), above on {better} ({better / len(pages):.1%}).\n"
    )
    worst = sorted(zip(gaps, pages, strict=True), key=lambda pair: pair[0])[:below]
    sys.stdout.writelines(f"- {page['name']}: {gap:+.3f}\n" for gap, page in worst)
    sys.stdout.write("\n| input | cleaned by | precision | recall | F1 | pages/s of CPU |\n|---|---|---|---|---|---|\n")


def _text(cleaner_of: Callable[[str], Cleaner], source: InputField, page: Page) -> str:
    article = cleaned(cleaner_of(_host(page)), page, source)
    return article.text if article else ""


def _left_out(gold: Path, further: list[Path], hosts: set[str], parts: int) -> Iterator[tuple[str, Cleaner]]:
    from pipeline.cleaning import line_vectors
    from pipeline.training.cleaning import leave_out
    from pipeline.training.cleaning_samples import read_samples

    vectors = line_vectors.load()
    data = read_samples(gold, further, _WRITTEN, vectors)
    known = sorted(hosts | {sample.publisher for sample in data})
    for part in range(parts):
        without = known[part::parts]
        classifiers = leave_out(data, without, vectors)
        for host in hosts.intersection(without):
            yield host, Cleaner(PipelineConfig(), classifiers)


def _host(page: Page) -> str:
    from pipeline.training.cleaning_samples import publisher_of

    return publisher_of(dict(page))


if __name__ == "__main__":
    main()
