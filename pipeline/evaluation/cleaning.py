"""How well articles are cleaned: the report behind `redefluss evaluate cleaning`."""

import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import words_of
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from pipeline.evaluation.gold import read_pages
from schemas.records import CleanArticle, RawArticle

InputField = Literal["html", "page_text", "extracted_text"]


@dataclass(frozen=True)
class TextScore:
    """Precision, recall and F1 of the words of a cleaned text against those of the gold text."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class CleaningReport:
    """Means over all documents, and the score of each.

    Attributes:
        below_08: how many documents have an F1 under 0.8.
        titles: share of the documents whose title is exactly the gold one.
        authors: F1 of the authors over all documents.
        predictions: the cleaned text by document.
    """

    mean: TextScore
    median_f1: float
    below_08: int
    titles: float
    authors: TextScore
    documents: dict[str, TextScore]
    predictions: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The report without its predictions, in types that JSON knows."""
        return {
            "scores": {"words": asdict(self.mean), "authors": asdict(self.authors)},
            "median_f1": self.median_f1,
            "below_0.8": self.below_08,
            "titles": self.titles,
            "documents": {name: asdict(score) for name, score in self.documents.items()},
        }

    def prediction_rows(self) -> list[dict[str, Any]]:
        """What was predicted, one document a row: `name` and `text`."""
        return [{"name": name, "text": text} for name, text in self.predictions.items()]


def evaluate(
    gold_path: Path,
    config: PipelineConfig,
    progress: Callable[[int, int], None] | None = None,
    source: InputField = "html",
) -> CleaningReport:
    """Clean one input of every page of a gold file and score the texts.

    `progress` is called with the number of documents done and that of all. A
    document that is refused counts as empty. Raises ValueError for other files.
    """
    clean = Cleaner(config)
    pages = read_pages(gold_path)
    articles: list[CleanArticle | None] = []
    for number, page in enumerate(pages, start=1):
        articles.append(cleaned(clean, page, source))
        if progress is not None:
            progress(number, len(pages))
    return report(pages, articles)


def cleaned(clean: Cleaner, page: Mapping[str, Any], source: InputField) -> CleanArticle | None:
    """One input of a gold page, cleaned; None if it is refused."""
    content = {"html" if source == "html" else "text": page[source]}
    try:
        return clean(RawArticle(url=page["url"], language="de", **content))
    except Rejected:
        return None


def report(pages: Sequence[Mapping[str, Any]], articles: Sequence[CleanArticle | None]) -> CleaningReport:
    """Score cleaned articles, None for a refused one, against their gold pages."""
    texts = [article.text if article else "" for article in articles]
    scores = [compare(text, "\n".join(page["gold"])) for page, text in zip(pages, texts, strict=True)]
    named = [
        (Counter(article.authors if article else ()), Counter(page["authors"]))
        for page, article in zip(pages, articles, strict=True)
    ]
    exact = [
        article is not None and article.title == " ".join(page["title"].split())
        for page, article in zip(pages, articles, strict=True)
    ]
    names = [page["name"] for page in pages]
    return CleaningReport(
        mean=TextScore(
            *(statistics.fmean(getattr(score, part) for score in scores) for part in ("precision", "recall", "f1"))
        ),
        median_f1=statistics.median(score.f1 for score in scores),
        below_08=sum(score.f1 < 0.8 for score in scores),
        titles=statistics.fmean(exact),
        authors=_score(
            sum((got & want).total() for got, want in named),
            sum(got.total() for got, _ in named),
            sum(want.total() for _, want in named),
        ),
        documents=dict(zip(names, scores, strict=True)),
        predictions=dict(zip(names, texts, strict=True)),
    )


def compare(text: str, gold: str) -> TextScore:
    """The multiset of lower-cased words of `text` against that of `gold`."""
    got, want = Counter(words_of(text)), Counter(words_of(gold))
    return _score((got & want).total(), got.total(), want.total())


def _score(shared: int, got: int, want: int) -> TextScore:
    precision = shared / got if got else 0.0
    recall = shared / want if want else 0.0
    return TextScore(precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0)
