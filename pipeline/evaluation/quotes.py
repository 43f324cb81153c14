"""How well quotes and their roles are found: the report behind `redefluss evaluate quotes`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.evaluation.gold import GoldError, read_rows
from pipeline.evaluation.quote_rows import annotated
from pipeline.evaluation.quote_scores import (
    ROLES,
    Pair,
    QuoteScore,
    TokenQuote,
    intervals,
    overlap,
    pair_documents,
    tally,
    token_quote,
    total_score,
)
from pipeline.quotes.extractor import QuoteExtractor
from schemas.records import CleanArticle, QuoteArticle

Row = TypeVar("Row")
QUOTE_TYPES = ("Direct", "Indirect", "Reported", "FreeIndirect", "IndirectFreeIndirect")
NOTHING = "–"
"""Stands in the confusion table for no quote."""
_CONTEXT = 60
_EXAMPLES = 5


@dataclass(frozen=True)
class QuoteError:
    """A kind of error, the gold type (or the predicted one, where there is no gold quote) it happens to, how often,
    and examples with the words around them, the quote in brackets."""

    kind: str
    type: str
    count: int
    examples: list[str]


@dataclass(frozen=True)
class QuoteReport:
    """Scores by row (quote, speaker, …, joint, type, medium), the 95 % intervals of their F1, the same rows for quotes
    of each type alone, gold by predicted types, and the errors, the commonest first."""

    documents: int
    scores: dict[str, QuoteScore]
    intervals: dict[str, tuple[float, float]]
    by_type: dict[str, dict[str, QuoteScore]]
    confusion: dict[str, dict[str, int]]
    errors: list[QuoteError]
    predictions: dict[str, list[dict[str, Any]]]

    def as_json(self) -> dict[str, Any]:
        """The report without its predictions, in types that JSON knows."""
        return {
            "documents": self.documents,
            "scores": _rows(self.scores),
            "intervals": {row: list(bounds) for row, bounds in self.intervals.items()},
            "by_type": {name: _rows(scores) for name, scores in self.by_type.items()},
            "confusion": self.confusion,
            "errors": [asdict(error) for error in self.errors],
        }

    def prediction_rows(self) -> list[dict[str, Any]]:
        """What was predicted, a document a row: {"name", "quotes": [{"spans", roles, "type", "medium"}]}."""
        return [{"name": name, "quotes": quotes} for name, quotes in self.predictions.items()]


def _rows(scores: Mapping[str, QuoteScore]) -> dict[str, dict[str, float]]:
    return {row: {"precision": s.precision, "recall": s.recall, "f1": s.f1} for row, s in scores.items()}


def read_gold(path: Path) -> list[dict[str, Any]]:
    """Gold documents, a row each of name, text, tokens and quotes; raises GoldError for other files.

    No two have the same name, by which they are scored.
    """
    rows = read_rows(path, ("name", "text", "tokens", "quotes"))
    names: set[str] = set()
    for row in rows:
        try:
            right = all(token_quote(quote, row["tokens"]).tokens["quote"] for quote in row["quotes"])
        except (AttributeError, KeyError, TypeError, ValueError):
            right = False
        if not right:
            raise GoldError(f"{path}: {row['name']}: quotes are not as `corpus convert --to quotes` writes them")
        if row["name"] in names:
            raise GoldError(f"{path}: {row['name']}: the name is in several rows")
        names.add(row["name"])
    return rows


def evaluate(
    gold_path: Path, config: PipelineConfig, progress: Callable[[int, int], None] | None = None
) -> QuoteReport:
    """Find the quotes of the texts in `gold_path` as `config` says, and score them.

    `progress` is called with the number of documents done and that of all. Raises GoldError for other files.
    """
    documents = read_gold(gold_path)
    entities, quotes = EntityExtractor(config), QuoteExtractor(config)

    def published(text: str) -> QuoteArticle:
        article = CleanArticle(id="gold", language="de", text=text, content_hash="", simhash="0" * 16)
        return quotes(entities(article))

    return report(documents, predict(documents, published, progress))


def predict(
    documents: Sequence[Mapping[str, Any]],
    read: Callable[[str], QuoteArticle],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The quotes of the records that `read` makes of the documents' texts, by document name.

    They are by the conventions of the dataset that annotates frames, if the documents have any field for them.
    """
    framed = any("frame" in quote for document in documents for quote in document["quotes"])
    predictions = {}
    for number, document in enumerate(documents, start=1):
        predictions[document["name"]] = annotated(read(document["text"]), framed=framed)
        if progress is not None:
            progress(number, len(documents))
    return predictions


def report(documents: Sequence[Mapping[str, Any]], predictions: dict[str, list[dict[str, Any]]]) -> QuoteReport:
    """QuoteScore `predictions` (by document name) against gold `documents`.

    A role that no quote of the gold documents has a field for is not annotated, and not scored.
    """
    given = {role for document in documents for quote in document["quotes"] for role in ROLES[1:] if role in quote}
    unknown = {role for role in ROLES[1:] if role not in given} if given else set()
    scored = {
        name: [{field: value for field, value in quote.items() if field not in unknown} for quote in quotes]
        for name, quotes in predictions.items()
    }

    def known(rows: Mapping[str, Row]) -> dict[str, Row]:
        return {row: value for row, value in rows.items() if row not in unknown}

    pairs = pair_documents(documents, scored)
    tallies = np.array([tally(found) for found in pairs.values()])
    by_type = {}
    for name in QUOTE_TYPES:
        by_type[name] = known(total_score(pair_documents(documents, scored, only=name)))
    return QuoteReport(
        documents=len(documents),
        scores=known(total_score(pairs)),
        intervals=known(intervals(tallies)),
        by_type=by_type,
        confusion=_confusion([one for found in pairs.values() for one in found]),
        errors=_errors({document["name"]: document["text"] for document in documents}, pairs),
        predictions=predictions,
    )


def _confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*QUOTE_TYPES, NOTHING)}
    for gold, predicted in pairs:
        together = gold is not None and predicted is not None and overlap(gold, predicted) > 0
        if gold is not None:
            counts[gold.type][predicted.type if together and predicted is not None else NOTHING] += 1
        if predicted is not None and not together:
            counts[NOTHING][predicted.type] += 1
    return {name: dict(row) for name, row in counts.items()}


def _errors(texts: Mapping[str, str], pairs: Mapping[str, Sequence[Pair]]) -> list[QuoteError]:
    found: dict[tuple[str, str], list[str]] = {}
    for name, paired in pairs.items():
        for gold, predicted in paired:
            for kind, one, detail in _kinds(gold, predicted, texts[name]):
                found.setdefault((kind, one.type), []).append(
                    f"{_in_context(texts[name], one.record['spans'])}{detail}"
                )
    errors = [
        QuoteError(kind, quote_type, len(examples), examples[:_EXAMPLES])
        for (kind, quote_type), examples in found.items()
    ]
    return sorted(errors, key=lambda error: (-error.count, error.kind, error.type))


def _kinds(gold: TokenQuote | None, predicted: TokenQuote | None, text: str) -> list[tuple[str, TokenQuote, str]]:
    """The errors of a pair: kind, the quote to show, and what else to say."""
    if gold is None or predicted is None or not overlap(gold, predicted):
        missed = [] if gold is None else [("missed", gold, "")]
        return missed + ([] if predicted is None else [("invented", predicted, "")])
    kinds = []
    mine, other = gold.tokens["quote"], predicted.tokens["quote"]
    if mine != other:
        shape = "too long" if mine < other else "too short" if other < mine else "shifted"
        kinds.append((shape, gold, f" ≠ {_words(text, predicted.record['spans'])}"))
    if gold.type != predicted.type:
        kinds.append((f"taken for {predicted.type}", gold, ""))
    for role in ROLES[1:]:
        want, got = gold.tokens[role], predicted.tokens[role]
        if not want & got and (want or got):
            shown = [_words(text, quote.record.get(role) or []) or NOTHING for quote in (gold, predicted)]
            kind = f"{role} invented" if not want else f"{role} missed" if not got else f"wrong {role}"
            kinds.append((kind, gold, f" {shown[0]} ≠ {shown[1]}"))
    return kinds


def _words(text: str, spans: Sequence[Sequence[int]]) -> str:
    return " … ".join(" ".join(text[begin:end].split()) for begin, end in spans)


def _in_context(text: str, spans: Sequence[Sequence[int]]) -> str:
    begin, end = spans[0][0], spans[-1][1]
    before, after = text[max(0, begin - _CONTEXT) : begin], text[end : end + _CONTEXT]
    inside = text[begin:end] if len(spans) == 1 else _words(text, spans)
    return " ".join(f"{before}[{inside}]{after}".split())
