"""Whose quotes are found less well: women's and men's, and those of organisations, groups and documents.

    python -m benchmarks.speaker_groups [--part dev] [--models NAME ...]

The articles are those of the annotated corpus. Speakers are grouped by the type and the gender of their chains.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from benchmarks.releases import CORPUS
from pipeline.config import PipelineConfig
from pipeline.corpus.convert import speakers_row
from pipeline.corpus.files import articles_of
from pipeline.corpus.model import AnnotatedArticle
from pipeline.evaluation.speaker_scores import paired, same_speaker
from pipeline.stages import article_stages
from schemas.codec import encode
from schemas.records import RawArticle

GROUPS = {"PER-f": "women", "PER-m": "men", "ORG": "organisations", "GRP": "groups", "DOC": "documents"}


@dataclass
class GroupCounts:
    """By group: annotated quotes, those of them that were found, and those of these with the right speaker."""

    quotes: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)


def counts(articles: Iterable[AnnotatedArticle], read: Callable[[RawArticle], Mapping[str, Any]]) -> GroupCounts:
    """Compare what `read` makes of the articles, records of `articles.quotes`, with their annotation."""
    result = GroupCounts()
    for article in articles:
        gold = speakers_row(article)
        group_of = {chain.name: _group(chain.type, chain.gender) for chain in article.chains.values()}
        record = read(RawArticle(id=gold["name"], text=gold["text"], language="de"))
        said = [gold["text"][quote["begin"] : quote["end"]] for quote in gold["quotes"]]
        pairs = dict(paired(said, [quote["text"] for quote in record["quotes"]]))
        for number, quote in enumerate(gold["quotes"]):
            group = group_of.get(quote["speaker"] or "", "")
            if group not in GROUPS:
                continue
            result.quotes[group] += 1
            if number in pairs:
                result.found[group] += 1
                result.right[group] += same_speaker(quote, record["quotes"][pairs[number]])
    return result


def _group(kind: str, gender: str | None) -> str:
    return f"{kind}-{gender}" if kind == "PER" else kind


def table(model: str, found: GroupCounts) -> Iterator[str]:
    """Rows in Markdown."""
    for group, name in GROUPS.items():
        if quotes := found.quotes[group]:
            right = found.right[group] / max(1, found.found[group])
            yield f"| `{model}` | {name} | {quotes} | {found.found[group] / quotes:.3f} | {right:.3f} |"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--models", nargs="+", default=["redefluss", "redefluss-fast"])
    args = parser.parse_args()
    lines = ["| model | speakers | quotes | found | of these, right speaker |", "|---|---|---|---|---|"]
    for model in args.models:
        stages = [stage.load(PipelineConfig(model_de=model, quote_model=model)) for stage in article_stages()]

        def read(record: Any, stages: list[Callable[[Any], Any]] = stages) -> Mapping[str, Any]:
            for stage in stages:
                record = stage(record)
            return dict(orjson.loads(encode(record)))

        lines += table(model, counts(articles_of(CORPUS, args.part), read))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
