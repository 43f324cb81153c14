"""How well the entity recogniser finds mentions: the report behind `redefluss evaluate entities`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from spacy.language import Language

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.evaluation.entity_scores import NEWS_TYPES, LabelledSpan, MentionScore, interval, score
from pipeline.evaluation.gold import GoldError, read_rows
from pipeline.spans import CharOffset
from schemas.records import CleanArticle

NOTHING = "–"
"""Stands in the confusion table for no mention."""


@dataclass(frozen=True)
class GoldDocument:
    """A text and its mentions as (begin, end, type)."""

    name: str
    text: str
    mentions: list[LabelledSpan]


@dataclass(frozen=True)
class EntityError:
    """A kind of error: what gold says, what was predicted, how often, and examples with the words around them."""

    gold: str
    predicted: str
    kind: str
    count: int
    examples: list[str]


@dataclass(frozen=True)
class EntityReport:
    """Scores by type, `all` and `boundary`, the 95 % interval of F1 over all types, confusions and errors.

    `confusion` counts spans by gold type and predicted type. `errors` are the commonest first.
    """

    documents: int
    types: list[str]
    scores: dict[str, MentionScore]
    interval: tuple[float, float]
    confusion: dict[str, dict[str, int]]
    errors: list[EntityError]
    predictions: dict[str, list[LabelledSpan]]

    def as_json(self) -> dict[str, object]:
        """The report without its predictions, in types that JSON knows."""
        scores = {
            key: {"precision": s.precision, "recall": s.recall, "f1": s.f1, "gold": s.gold, "predicted": s.predicted}
            for key, s in self.scores.items()
        }
        return {
            "documents": self.documents,
            "types": self.types,
            "scores": scores,
            "interval": list(self.interval),
            "confusion": self.confusion,
            "errors": [asdict(error) for error in self.errors],
        }

    def prediction_rows(self) -> list[dict[str, object]]:
        """What was predicted, as rows of {"name", "entities": [[begin, end, type]]}."""
        return [{"name": name, "entities": [list(m) for m in found]} for name, found in self.predictions.items()]


def read_gold(path: Path) -> list[GoldDocument]:
    """Gold documents, a row each of name, text and entities as [begin, end, type]; raises GoldError otherwise."""
    documents = []
    for row in read_rows(path, ("name", "text", "entities")):
        try:
            text = row["text"]["string"] if isinstance(row["text"], dict) else row["text"]
            mentions: list[LabelledSpan] = [(begin, end, kind) for begin, end, kind in row["entities"]]
            if wrong := [(begin, end) for begin, end, _ in mentions if not 0 <= begin < end <= len(text)]:
                raise ValueError(f"not in the text: {list(wrong[0])}")
        except (ValueError, KeyError, TypeError) as problem:
            raise GoldError(f"{path}: {row['name']}: entities are not [begin, end, type] ({problem})") from problem
        documents.append(GoldDocument(row["name"], text, mentions))
    return documents


def evaluate(
    gold_path: Path,
    config: PipelineConfig,
    types: Sequence[str] = NEWS_TYPES,
    progress: Callable[[int, int], None] | None = None,
) -> EntityReport:
    """Run the stage `entities` over the texts of `gold_path` and score the names in its records.

    `progress` is called with the number of documents done and that of all.
    """
    documents = read_gold(gold_path)
    return report(documents, published(documents, EntityExtractor(config), progress), types)


def published(
    documents: Sequence[GoldDocument],
    extract: EntityExtractor,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, list[LabelledSpan]]:
    """The names in the records that `extract` makes of the documents' texts, by document name."""
    predictions: dict[str, list[LabelledSpan]] = {}
    for number, document in enumerate(documents, start=1):
        article = CleanArticle(id="gold", language="de", text=document.text, content_hash="", simhash="0" * 16)
        names = {
            (mention.begin, mention.end, entity.type)
            for entity in extract(article).entities
            for mention in entity.mentions
            if mention.kind == "name"
        }
        predictions[document.name] = sorted(names)
        if progress is not None:
            progress(number, len(documents))
    return predictions


def predict(documents: Sequence[GoldDocument], nlp: Language) -> dict[str, list[LabelledSpan]]:
    """What the model `nlp` by itself finds in the documents' texts, by document name."""
    return {
        document.name: [
            (CharOffset(span.start_char), CharOffset(span.end_char), span.label_) for span in nlp(document.text).ents
        ]
        for document in documents
    }


def report(
    documents: Sequence[GoldDocument], predictions: dict[str, list[LabelledSpan]], types: Sequence[str] = NEWS_TYPES
) -> EntityReport:
    """MentionScore `predictions` (by document name) against gold `documents`."""
    gold = {document.name: document.mentions for document in documents}
    confusion: dict[str, Counter[str]] = {kind: Counter() for kind in (*types, NOTHING)}
    found: dict[tuple[str, str, str], list[str]] = {}
    for document in documents:
        want = {m[:2]: m[2] for m in document.mentions if m[2] in types}
        got = {m[:2]: m[2] for m in predictions.get(document.name, ()) if m[2] in types}
        for span in sorted(want.keys() | got.keys()):
            wanted, given = want.get(span, NOTHING), got.get(span, NOTHING)
            confusion[wanted][given] += 1
            if wanted != given:
                others = want if wanted == NOTHING else got
                kind = _kind(span, wanted, given, others)
                found.setdefault((wanted, given, kind), []).append(_in_context(document.text, span))
    errors = [EntityError(*key, count=len(examples), examples=examples[:5]) for key, examples in found.items()]
    return EntityReport(
        documents=len(documents),
        types=list(types),
        scores=score(gold, predictions, types),
        interval=interval(gold, predictions, types),
        confusion={kind: dict(row) for kind, row in confusion.items()},
        errors=sorted(errors, key=lambda error: (-error.count, error.gold, error.predicted, error.kind)),
        predictions=predictions,
    )


def _kind(
    span: tuple[CharOffset, CharOffset], wanted: str, given: str, others: dict[tuple[CharOffset, CharOffset], str]
) -> str:
    if NOTHING not in (wanted, given):
        return "type"
    if any(begin < span[1] and end > span[0] for begin, end in others):
        return "boundary"
    return "missed" if given == NOTHING else "invented"


def _in_context(text: str, span: tuple[CharOffset, CharOffset], around: int = 40) -> str:
    before, after = text[max(0, span[0] - around) : span[0]], text[span[1] : span[1] + around]
    return " ".join(f"{before}[{text[span[0] : span[1]]}]{after}".split())
