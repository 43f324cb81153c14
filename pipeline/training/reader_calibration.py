"""How sure the reader and the rules are, fitted on articles that the reader has not learned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.config import PipelineConfig
from pipeline.corpus.convert import speakers_row
from pipeline.corpus.model import AnnotatedArticle
from pipeline.entities import EntityExtractor
from pipeline.evaluation.speaker_scores import paired, same_speaker
from pipeline.quotes.attribution import Attribution
from pipeline.quotes.combination import UNMARKED
from pipeline.quotes.extractor import QuoteExtractor
from pipeline.quotes.linking import Linker
from pipeline.quotes.text import AnalysedText
from pipeline.reader.calibration import Calibration, Logistic
from pipeline.reader.model import shared_reader
from schemas.records import CleanArticle

PENALTY = 1.0
"""Weight of the squared weights, which keeps those of rare features small."""
LEAST_SURE = {UNMARKED: 0.7, "Reported": 0.97, "Direct": 0.4}
"""How sure (0 to 1) a quote of a type must be to be published; of all others, surer than not. Where words stand in
quotation marks, a missed quote is worse than one too many: they can be checked. That somebody only warned or demanded
is seldom looked for, and one of these too many is worse."""

Weighed = tuple[dict[str, float], bool]


def fit(rows: Sequence[Weighed]) -> Logistic:
    """The logistic regression of what is right on the features, by Newton's method."""
    names = ["always", *sorted({name for features, _ in rows for name in features})]
    values: npt.NDArray[np.float64] = np.array(
        [[1.0, *(features.get(name, 0.0) for name in names[1:])] for features, _ in rows]
    )
    right = np.array([float(answer) for _, answer in rows])
    weights = np.zeros(len(names))
    penalty = np.full(len(names), PENALTY)
    penalty[0] = 0.01
    for _ in range(50):
        expected = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (right - expected) - penalty * weights
        curve = (values * (expected * (1 - expected))[:, None]).T @ values + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return Logistic({name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)})


def calibrate(folder: Path, articles: Sequence[AnnotatedArticle]) -> Calibration:
    """Fit the calibration of the reader in `folder` on `articles`, and write it there."""
    reader = shared_reader(folder)
    config = PipelineConfig(model_de=str(folder), quote_model=str(folder))
    entities, quotes = EntityExtractor(config), QuoteExtractor(config)
    gold = [speakers_row(article) for article in articles]
    quote = fit([row for article in gold for row in _quote_rows(quotes, article)])
    reader.calibration = Calibration(quote, reader.calibration.speaker, LEAST_SURE)
    rows = [row for article in gold for row in _speaker_rows(entities, quotes, reader, article)]
    reader.calibration = Calibration(quote, fit(rows), LEAST_SURE)
    reader.calibration.write(folder)
    return reader.calibration


def _article(gold: Mapping[str, Any]) -> CleanArticle:
    return CleanArticle(id=gold["name"], language="de", text=gold["text"], content_hash="", simhash="0" * 16)


def _quote_rows(quotes: QuoteExtractor, gold: Mapping[str, Any]) -> Iterator[Weighed]:
    """Features of every candidate and whether it is a quote or an act of speech."""
    text = gold["text"]
    candidates = list(quotes.weighed(text))
    said = [" … ".join(text[b:e] for b, e in candidate.spans) for candidate, _ in candidates]
    right = {mine for _, mine in paired([text[q["begin"] : q["end"]] for q in gold["quotes"]], said)}
    reported = {mine for _, mine in paired([text[q["begin"] : q["end"]] for q in gold["reported"]], said)}
    for number, (_, features) in enumerate(candidates):
        yield features, number in right or number in reported


def _speaker_rows(
    entities: EntityExtractor, quotes: QuoteExtractor, reader: Any, gold: Mapping[str, Any]
) -> Iterator[Weighed]:
    article = entities(_article(gold))
    found = quotes.sentences(article.text)
    layout = reader(article.text).layout
    linker = Linker(article, layout.text_words)
    analysed = AnalysedText(article.text, layout.quoted)
    attributed = Attribution(article, analysed, reader, linker).weighed(found)
    said = [" … ".join(article.text[b:e] for b, e in candidate.spans) for candidate in found]
    for number, mine in paired([article.text[q["begin"] : q["end"]] for q in gold["quotes"]], said):
        quote = gold["quotes"][number]
        speaker, features = attributed[mine]
        if quote["speaker"] and speaker is not None:
            yield features, same_speaker(quote, {"speaker": speaker.model_dump()})
