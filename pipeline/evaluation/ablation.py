"""What each rule adds to the published records: the report behind `redefluss evaluate quotes --ablate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.entities.name_spans import ModelSpan
from pipeline.entities.registry import NAME_RULES
from pipeline.entities.words import TextWords
from pipeline.evaluation.speaker_scores import SpeakerCounts, count
from pipeline.evaluation.speakers import read_gold
from pipeline.quotes import QuoteExtractor
from pipeline.quotes.registry import QUOTE_RULES
from pipeline.quotes.speaker_registry import SPEAKER_RULES
from pipeline.rules import Rule, without
from schemas.codec import encode
from schemas.records import CleanArticle, EntityArticle

ALL = "all rules"
"""The row of the scores with every rule in force."""


def all_rules() -> list[Rule]:
    """Every rule of the stages `entities` and `quotes`."""
    return [*NAME_RULES, *QUOTE_RULES, *SPEAKER_RULES]


_FOR_NAMES = frozenset[Rule](NAME_RULES)


class _CachingReader(EntityExtractor):
    """Lets the model read a text once, whatever rules are in force."""

    def __init__(self, config: PipelineConfig) -> None:
        super().__init__(config)
        self._last: tuple[str, tuple[TextWords, list[ModelSpan]]] | None = None

    def _read(self, text: str) -> tuple[TextWords, list[ModelSpan]]:
        if self._last is None or self._last[0] != text:
            self._last = text, super()._read(text)
        return self._last[1]


@dataclass
class AblationReport:
    """Scores of records with all rules, and without each of them alone.

    Attributes:
        documents: how many articles were read.
        counts: by the rule that was switched off; ALL is with every rule.
        articles: by rule, in how many articles the records are others without it.
    """

    documents: int = 0
    counts: dict[str, SpeakerCounts] = field(default_factory=dict)
    articles: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, counts: SpeakerCounts, *, changed: bool) -> None:
        """Note an article read without the rule called `name`."""
        total = self.counts.setdefault(name, SpeakerCounts())
        total += counts
        self.articles[name] = self.articles.get(name, 0) + changed

    def gain(self, name: str) -> dict[str, float]:
        """What the rule adds, in points: scores with it less those without, and the articles that it changes."""
        whole, rest = _points(self.counts[ALL]), _points(self.counts[name])
        return {"articles": self.articles[name], **{row: round(whole[row] - rest[row], 2) for row in whole}}

    def as_json(self) -> dict[str, Any]:
        """`scores` with all rules, and `gains` by rule, in points of 100."""
        return {
            "documents": self.documents,
            "scores": {ALL: _points(self.counts[ALL])},
            "gains": {name: self.gain(name) for name in self.counts if name != ALL},
        }

    def prediction_rows(self) -> list[dict[str, Any]]:
        """The scores without each rule, a rule a row."""
        return [{"without": name, **_points(counts)} for name, counts in self.counts.items()]


def _points(counts: SpeakerCounts) -> dict[str, float]:
    scores = counts.scores()
    return {
        "recall": round(100 * scores["quotes"]["recall"], 2),
        "precision": round(100 * scores["quotes"]["precision"], 2),
        "speaker": round(100 * scores["speaker"]["precision"], 2),
        "end to end": round(100 * scores["end to end"]["f1"], 2),
        "entity names": round(100 * scores["entities"]["f1"], 2),
    }


def evaluate(
    gold_path: Path, config: PipelineConfig, progress: Callable[[int, int], None] | None = None
) -> AblationReport:
    """Read the articles in `gold_path` with all rules, and without each; rows are those of `evaluate speakers`.

    `progress` is called with the number of articles done and that of all. Raises GoldError for other files.
    """
    return ablate(read_gold(gold_path), config, all_rules(), progress)


def ablate(
    articles: list[dict[str, Any]],
    config: PipelineConfig,
    rules: Iterable[Rule],
    progress: Callable[[int, int], None] | None = None,
) -> AblationReport:
    """The scores of `articles` with all rules and without each of `rules`."""
    entities, quotes = _CachingReader(config), QuoteExtractor(config)
    rules = list(rules)
    report = AblationReport(documents=len(articles))
    for number, gold in enumerate(articles, start=1):
        article = CleanArticle(id=gold["name"], language="de", text=gold["text"], content_hash="", simhash="0" * 16)
        names, found = entities(article), quotes.sentences(article.text)
        whole = _record(quotes, names)
        whole_counts, _ = count(gold, whole)
        report.add(ALL, whole_counts, changed=False)
        for rule in rules:
            with without(rule):
                other_names = entities(article) if rule in _FOR_NAMES else names
                same = other_names == names if rule in _FOR_NAMES else quotes.sentences(article.text) == found
                record = whole if same else _record(quotes, other_names)
            changed = record != whole
            report.add(rule.name, count(gold, record)[0] if changed else whole_counts, changed=changed)
        if progress is not None:
            progress(number, len(articles))
    return report


def _record(quotes: QuoteExtractor, article: EntityArticle) -> Mapping[str, Any]:
    """The record of the stage `quotes` as JSON has it."""
    record: dict[str, Any] = orjson.loads(encode(quotes(article)))
    return record
