"""What the models cost: CPU time per 400 words of entities and quotes, and of loading them.

`python -m benchmarks.models ARTICLES... --entities redefluss --quotes redefluss`: files of JSON lines with `text`, or
text files of one article. CPU time of one thread; it rises by up to a third when other work shares the core's caches.
"""

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.console import show
from pipeline.config import PipelineConfig
from pipeline.stages import stage_named
from schemas.records import CleanArticle

ROUNDS = 3


def read(path: Path) -> list[CleanArticle]:
    """The articles of a file, their texts taken as they are."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = content.decode("utf-8")
    texts = [json.loads(line)["text"] for line in lines.split("\n") if line] if ".jsonl" in path.name else [lines]
    return [
        CleanArticle(id=f"article-{number}", language="de", text=text, content_hash="-", simhash="0" * 16)
        for number, text in enumerate(texts)
    ]


def median_cpu_seconds(stage: Callable[[Any], Any], articles: Sequence[Any]) -> float:
    """CPU time of this process for all `articles`, the median of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for article in articles:
            stage(article)
        rounds.append(time.process_time() - begun)
    return statistics.median(rounds)


def main() -> None:
    """Load, run once to warm up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="+", type=Path)
    parser.add_argument("--entities", default="redefluss")
    parser.add_argument("--quotes", default="redefluss")
    chosen = parser.parse_args()
    config = PipelineConfig(model_de=chosen.entities, quote_model=chosen.quotes)
    begun, used = time.perf_counter(), time.process_time()
    entities, quotes = (stage_named(name).load(config) for name in ("entities", "quotes"))
    show(f"loaded in {time.perf_counter() - begun:.2f} s, {time.process_time() - used:.2f} s of CPU")
    for path in chosen.articles:
        articles = read(path)
        share = 400_000 / sum(len(article.text.split()) for article in articles)
        found = [entities(article) for article in articles]
        quotes(found[0])
        one, other = share * median_cpu_seconds(entities, articles), share * median_cpu_seconds(quotes, found)
        show(f"{path.name}: entities {one:.0f}, quotes {other:.0f}, together {one + other:.0f} ms per 400 words")


if __name__ == "__main__":
    main()
