"""Chains of mentions over whole texts: the report behind `redefluss evaluate coreference`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.config import PipelineConfig
from pipeline.corpus.model import Range
from pipeline.entities.extractor import EntityExtractor
from pipeline.errors import ConfigurationError
from pipeline.evaluation.coreference import CoreferenceScore, score, without_singletons
from pipeline.evaluation.gold import GoldError, read_rows
from pipeline.models.catalogue import reader_folder
from pipeline.reader.chains import Resolution, resolve
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention
from pipeline.reader.model import Reader, shared_reader
from pipeline.spans import TokenRange
from schemas.records import CleanArticle

"""Half-open code points of a text."""
Chains = list[list[Range]]


@dataclass
class ChainReport:
    """Scores of the found chains and of the simplest way to find some, and what was found."""

    documents: int = 0
    found: CoreferenceScore = field(default_factory=lambda: score([]))
    longer: CoreferenceScore = field(default_factory=lambda: score([]))
    nearest: CoreferenceScore = field(default_factory=lambda: score([]))
    nearest_longer: CoreferenceScore = field(default_factory=lambda: score([]))
    predictions: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report without its predictions, in types that JSON knows."""
        return {
            "documents": self.documents,
            "scores": self.found.as_rows(),
            "by_type": {
                "Chains of two mentions or more": self.longer.as_rows(),
                "Nearest match": self.nearest.as_rows(),
                "Nearest match, chains of two mentions or more": self.nearest_longer.as_rows(),
            },
        }

    def prediction_rows(self) -> list[dict[str, Any]]:
        """The found chains, one text a row, in the form of the gold file."""
        return [
            row | {"chains": [[[*mention] for mention in chain] for chain in row["chains"]]} for row in self.predictions
        ]


def read_gold(path: Path) -> list[dict[str, Any]]:
    """Rows of `name`, `text` and `chains`, each chain a list of `[begin, end]`; raises GoldError for other files."""
    rows = read_rows(path, ("name", "text", "chains"))
    for number, row in enumerate(rows, start=1):
        try:
            row["chains"] = [[(int(begin), int(end)) for begin, end in chain] for chain in row["chains"]]
        except (TypeError, ValueError):
            raise GoldError(f"{path}, line {number}: `chains` must be lists of [begin, end]") from None
    return rows


def evaluate(
    gold_path: Path, config: PipelineConfig, progress: Callable[[int, int], None] | None = None
) -> ChainReport:
    """Find the chains in the texts of `gold_path` and score them; texts are read as they are, without cleaning.

    `progress` is called with the number of texts done and that of all.

    Raises:
        ConfigurationError: the model that is set finds no chains beside those of names.
    """
    rows = read_gold(gold_path)
    folder = reader_folder(config.model_de)
    if folder is None:
        raise ConfigurationError(f"{config.model_de} has no trained chains; only the default model can be scored so")
    reader, entities = shared_reader(folder), EntityExtractor(config)
    report = ChainReport()
    for number, row in enumerate(rows, start=1):
        resolution, layout = _resolved(row, reader, entities)
        found, nearest = found_chains(resolution, layout), nearest_chains(resolution.mentions, layout)
        gold = disjoint(row["chains"])
        report.documents += 1
        report.found += score([(gold, found)])
        report.longer += score([(without_singletons(gold), without_singletons(found))])
        report.nearest += score([(gold, nearest)])
        report.nearest_longer += score([(without_singletons(gold), without_singletons(nearest))])
        report.predictions.append({"name": row["name"], "text": row["text"], "chains": found})
        if progress is not None:
            progress(number, len(rows))
    return report


def _resolved(row: dict[str, Any], reader: Reader, entities: EntityExtractor) -> tuple[Resolution, Layout]:
    article = entities(CleanArticle(id="gold", language="de", text=row["text"], content_hash="", simhash="0" * 16))
    reading = reader(row["text"])
    names: dict[TokenRange, int] = {}
    for number, entity in enumerate(article.entities):
        for mention in entity.mentions:
            span = reading.layout.span(mention.begin, mention.end)
            if mention.kind == "name" and span.first < span.last:
                names.setdefault(span, number)
    placed = [(first, last, number) for (first, last), number in sorted(names.items())]
    return resolve(reading, reader.scorers, placed), reading.layout


def found_chains(resolution: Resolution, layout: Layout) -> Chains:
    """The chains of `resolution` in code points."""
    return disjoint(
        [_range(layout, resolution.mentions[mention]) for mention in chain.mentions] for chain in resolution.chains
    )


def nearest_chains(mentions: Sequence[ReaderMention], layout: Layout) -> Chains:
    """The same mentions joined by the nearest match alone, to compare with.

    A name joins the last name that ends with the same word, a nominal the last one with the same head, a pronoun the
    last mention by name or noun phrase that its gender does not speak against; what matches nothing stands alone.
    """
    chains: list[list[int]] = []
    chain_of: list[int] = []
    for index, mention in enumerate(mentions):
        earlier = range(index - 1, -1, -1)
        match = next((other for other in earlier if _matches(mention, mentions[other])), None)
        if match is None:
            chain_of.append(len(chains))
            chains.append([index])
        else:
            chain_of.append(chain_of[match])
            chains[chain_of[match]].append(index)
    return disjoint([_range(layout, mentions[index]) for index in chain] for chain in chains)


def _matches(mention: ReaderMention, earlier: ReaderMention) -> bool:
    if mention.kind == "pronoun":
        fits = not (mention.gender and earlier.gender) or mention.gender == earlier.gender
        return earlier.kind != "pronoun" and earlier.last <= mention.first and fits
    return earlier.kind == mention.kind and earlier.head == mention.head


def _range(layout: Layout, mention: ReaderMention) -> Range:
    return layout.range(TokenRange(mention.first, mention.last))


def disjoint(chains: Iterable[Iterable[Range]]) -> Chains:
    """The chains with every mention in the first chain alone that has it, without chains that are left empty."""
    taken: set[Range] = set()
    kept: Chains = []
    for chain in chains:
        own = [mention for mention in dict.fromkeys(chain) if mention not in taken]
        taken.update(own)
        if own:
            kept.append(own)
    return kept
