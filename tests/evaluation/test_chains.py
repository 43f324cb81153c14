"""Chains over whole texts: what is found, the simplest way to find some, and the command that scores both."""

from pathlib import Path

import orjson
import pytest

from pipeline.config import PipelineConfig
from pipeline.corpus.convert import chains_row
from pipeline.corpus.files import articles_of
from pipeline.errors import ConfigurationError
from pipeline.evaluation.chains import disjoint, evaluate, nearest_chains, read_gold
from pipeline.evaluation.gold import GoldError
from pipeline.reader.layout import Layout
from pipeline.reader.mentions import ReaderMention, describe

CORPUS = Path(__file__).parents[2] / "corpus"
TEXT = "Anna Weber leitet den Verein. Sie lobt Jan Kruse. Anna Weber dankt ihm, der Verein schweigt."


def _mention(layout: Layout, words: str, kind: str, after: int = 0) -> ReaderMention:
    begin = TEXT.index(words, after)
    span = layout.span(begin, begin + len(words))
    return describe(layout, span.first, span.last, kind)  # type: ignore[arg-type]


def test_the_nearest_match_joins_surnames_heads_and_genders() -> None:
    layout = Layout(TEXT)
    mentions = [
        _mention(layout, "Anna Weber", "name"),
        _mention(layout, "den Verein", "nominal"),
        _mention(layout, "Sie", "pronoun"),
        _mention(layout, "Jan Kruse", "name"),
        _mention(layout, "Anna Weber", "name", after=20),
        _mention(layout, "ihm", "pronoun"),
        _mention(layout, "der Verein", "nominal"),
    ]
    found = [[TEXT[begin:end] for begin, end in chain] for chain in nearest_chains(mentions, layout)]
    assert found == [
        ["Anna Weber", "Anna Weber"],
        ["den Verein", "Sie", "der Verein"],  # wrongly: nothing in these words speaks against it, and it is nearer
        ["Jan Kruse", "ihm"],  # Anna Weber is nearer, and a woman
    ]


def test_a_mention_stays_in_the_first_chain_that_has_it() -> None:
    assert disjoint([[(0, 1), (2, 3), (0, 1)], [(2, 3)], [(2, 3), (4, 5)]]) == [[(0, 1), (2, 3)], [(4, 5)]]


def test_trained_chains_are_better_than_the_nearest_match(tmp_path: Path) -> None:
    rows = [chains_row(article) for article in list(articles_of(CORPUS, "dev"))[:12]]
    gold = tmp_path / "gold.jsonl"
    gold.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    seen: list[tuple[int, int]] = []
    report = evaluate(gold, PipelineConfig(), progress=lambda done, total: seen.append((done, total)))
    assert report.documents == 12
    assert seen[-1] == (12, 12)
    assert report.found.conll > report.nearest.conll + 0.05
    assert report.as_json()["scores"]["lea"]["f1"] > 0.5
    predictions = [orjson.loads(orjson.dumps(row)) for row in report.prediction_rows()]
    assert [row["name"] for row in predictions] == [row["name"] for row in rows]
    assert all(isinstance(end, int) for row in predictions for chain in row["chains"] for _, end in chain)


def test_gold_that_is_none_is_named_by_its_line(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"name": "a", "text": "b", "chains": [["x", 1]]}', encoding="utf-8")
    with pytest.raises(GoldError, match="line 1"):
        read_gold(gold)


def test_a_model_without_chains_is_refused(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"name": "a", "text": "b", "chains": []}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="rules"):
        evaluate(gold, PipelineConfig(model_de="rules"))
