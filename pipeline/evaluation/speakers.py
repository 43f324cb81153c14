"""Whole articles through all stages: the report behind `redefluss evaluate speakers`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.evaluation.gold import GoldError, read_rows
from pipeline.evaluation.speaker_scores import SpeakerCounts, SpeakerError, count
from pipeline.stages import article_stages
from schemas.codec import encode
from schemas.records import RawArticle

RESAMPLES, SEED = 1000, 0
"""How often documents are drawn for an interval, and by which random numbers: the same report has the same ones."""
INTERVALS = ("quotes", "end to end", "entities")
_EXAMPLES = 5


@dataclass
class SpeakerReport:
    """Scores over all articles, the 95 % intervals of F1 over resampled articles, errors and what was predicted."""

    counts: list[SpeakerCounts] = field(default_factory=list)
    by_difficulty: dict[str, SpeakerCounts] = field(default_factory=dict)
    errors: list[SpeakerError] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def scores(self) -> dict[str, dict[str, float]]:
        """Rows of precision, recall and f1."""
        return _total(self.counts).scores()

    def as_json(self) -> dict[str, Any]:
        """The report without its predictions, in types that JSON knows."""
        return {
            "documents": len(self.counts),
            "scores": self.scores,
            "intervals": self._intervals(),
            "by_difficulty": {name: counts.scores() for name, counts in sorted(self.by_difficulty.items())},
            "errors": self._commonest(),
        }

    def prediction_rows(self) -> list[dict[str, Any]]:
        """The records of `articles.quotes`, one an article, with the gold article's name in `meta`."""
        return self.predictions

    def _intervals(self) -> dict[str, list[float]]:
        if not self.counts:
            return {}
        random = np.random.default_rng(SEED)
        found: dict[str, list[float]] = {row: [] for row in INTERVALS}
        for _ in range(RESAMPLES):
            drawn = random.integers(len(self.counts), size=len(self.counts))
            scores = _total(self.counts[number] for number in drawn).scores()
            for row in INTERVALS:
                found[row].append(scores[row]["f1"])
        return {row: [float(bound) for bound in np.percentile(values, [2.5, 97.5])] for row, values in found.items()}

    def _commonest(self) -> list[dict[str, Any]]:
        kinds: dict[tuple[str, str], list[str]] = {}
        for error in self.errors:
            kinds.setdefault((error.kind, error.type), []).append(error.example)
        ranked = sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
        return [
            {"kind": kind, "type": of, "count": len(examples), "examples": examples[:_EXAMPLES]}
            for (kind, of), examples in ranked
        ]


def read_gold(path: Path) -> list[dict[str, Any]]:
    """Gold articles, a row each of name, text, quotes and entities; raises GoldError for other files."""
    rows = read_rows(path, ("name", "text", "quotes", "entities"))
    for row in rows:
        try:
            count(row, {"quotes": [], "entities": []})
            right = all("speaker" in quote for quote in row["quotes"])
        except (AttributeError, KeyError, TypeError, ValueError):
            right = False
        if not right:
            raise GoldError(
                f"{path}: {row['name']}: quotes or entities are not as `corpus convert --to speakers` writes them"
            )
    return rows


def evaluate(
    gold_path: Path, config: PipelineConfig, progress: Callable[[int, int], None] | None = None
) -> SpeakerReport:
    """Run all stages over the texts of `gold_path` and score the quotes, their speakers and the entities.

    `progress` is called with the number of articles done and that of all. Raises GoldError for other files, and for a
    text that the stages refuse.
    """
    articles = read_gold(gold_path)
    functions = [stage.load(config) for stage in article_stages()]
    report = SpeakerReport()
    for number, gold in enumerate(articles, start=1):
        record: Any = RawArticle(id=gold["name"], text=gold["text"], language="de", meta={"name": gold["name"]})
        try:
            for function in functions:
                record = function(record)
        except Rejected as refused:
            raise GoldError(f"{gold_path}: {gold['name']}: the stages refuse the text ({refused})") from refused
        add(report, gold, orjson.loads(encode(record)))
        if progress is not None:
            progress(number, len(articles))
    return report


def add(report: SpeakerReport, gold: dict[str, Any], predicted: dict[str, Any]) -> None:
    """Score `predicted`, a record of `articles.quotes` as JSON, against `gold`, and note it in `report`.

    Gold articles that name a `difficulty` are counted by it as well.
    """
    counts, errors = count(gold, predicted)
    report.counts.append(counts)
    if gold.get("difficulty"):
        group = report.by_difficulty.setdefault(gold["difficulty"], SpeakerCounts())
        group += counts
    report.errors.extend(errors)
    report.predictions.append(predicted)


def _total(counts: Iterable[SpeakerCounts]) -> SpeakerCounts:
    total = SpeakerCounts()
    for one in counts:
        total += one
    return total
