import numpy as np
import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.forest import Forest
from pipeline.cleaning.line_network import Floats, LineNetwork, Scores
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TEXT

NOTE = "Alle Angaben auf diesen Seiten sind ohne Gewähr, und für fremde Seiten haften wir in keinem Fall."


def classifiers(network: tuple[float, float] = (0.0, 0.0), **answers: float) -> Classifiers:
    """Those that say the same of every line: these log-odds, of forests by their names.

    `network` has those of pages of all kinds and those of newspapers.
    """

    def forest(name: str) -> Forest:
        leaf = np.zeros(1, dtype=np.int32)
        value = np.array([answers[name.replace("-", "_")]], dtype=np.float32)
        arrays = {"feature": leaf, "threshold": value, "left": leaf, "right": leaf, "value": value, "roots": leaf}
        return Forest({**arrays, "names": np.array(["characters"])})

    class Same(LineNetwork):
        def log_odds(self, rows: Floats) -> tuple[Scores, Scores]:
            return np.full(len(rows), network[0]), np.full(len(rows), network[1])

    return Classifiers(forest, lambda: Same({"mean": np.zeros(1), "deviation": np.ones(1)}))


@pytest.mark.parametrize(("newspaper", "expected"), [(9.0, True), (-9.0, False)])
def test_a_text_is_judged_by_the_classifier_of_its_kind(newspaper: float, expected: bool) -> None:
    clean = Cleaner(PipelineConfig(), classifiers(text_kind=newspaper, network=(-3.0, 3.0), text_news=3.0))
    _, verdicts = clean.explain(RawArticle(text=TEXT))
    assert (f"classifier {0.95 if expected else 0.05:.2f}" in {verdict.rule for verdict in verdicts}) is True


def test_a_text_of_either_kind_is_judged_by_both() -> None:
    clean = Cleaner(PipelineConfig(), classifiers(text_kind=0.0, network=(-1.0, 2.0), text_news=4.0))
    _, verdicts = clean.explain(RawArticle(text=TEXT))
    assert "classifier 0.73" in {verdict.rule for verdict in verdicts}


def test_a_text_of_a_newspaper_is_judged_by_trees_and_network_alike() -> None:
    clean = Cleaner(PipelineConfig(), classifiers(text_kind=30.0, network=(-9.0, 1.0), text_news=3.0))
    _, verdicts = clean.explain(RawArticle(text=TEXT))
    assert "classifier 0.88" in {verdict.rule for verdict in verdicts}


def test_a_line_that_the_extractor_takes_is_likelier() -> None:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    page = f"<html><body><main><article>{body}</article></main><footer><p>{NOTE}</p></footer></body></html>"
    clean = Cleaner(PipelineConfig(), classifiers(page=-0.4))
    article, verdicts = clean.explain(RawArticle(html=page))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert {verdict.rule for verdict in verdicts if verdict.text == NOTE} == {"classifier 0.40"}


def test_a_long_text_of_nothing_but_paragraphs_stays() -> None:
    """There are more paragraphs above and below than in any text that the classifiers learned from."""
    sentences = [f"{paragraph} Das ist der {number}. Absatz." for number in range(80) for paragraph in PARAGRAPHS]
    kept = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join(sentences))).text
    assert len(kept) > 0.95 * sum(map(len, sentences))
