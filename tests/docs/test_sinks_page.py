"""The queries on the page of sinks run as they stand there, on files as a sink writes them."""

import asyncio
import json
import re
from pathlib import Path

import duckdb
import pytest

from pipeline.config import PipelineConfig
from tests.support.sample_archive import write

PAGE = (Path(__file__).parents[2] / "docs" / "sinks.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("page") / "archive"
    asyncio.run(write(folder, 40, PipelineConfig(model_de="rules", quote_model="rules")))
    connection = duckdb.connect()
    for table in ("articles", "quotes"):
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/**/*.parquet')")
    return connection


def test_quotes_are_cut_out_of_their_articles(database: duckdb.DuckDBPyConnection) -> None:
    (query,) = re.findall(r"```sql\n(.+?)```", PAGE, re.DOTALL)
    cut = dict(database.execute(query).fetchall())
    whole = dict(database.execute("SELECT id, text FROM quotes WHERE text NOT LIKE '% … %'").fetchall())
    assert len(whole) > 40
    assert {quote: cut[quote] for quote in whole} == whole


def test_the_pieces_of_a_quote_are_written_as_the_page_says(database: duckdb.DuckDBPyConnection) -> None:
    (example,) = re.findall(r"`(\[\[.+?)`", PAGE)
    question = "SELECT id, spans FROM quotes WHERE text LIKE '% … %' AND text NOT LIKE '% … % … %'"
    stored = database.execute(question).fetchall()
    assert stored
    assert {tuple(map(len, json.loads(spans))) for _, spans in stored} == {tuple(map(len, json.loads(example)))}


def test_speakers_are_counted_once_for_each_quote(database: duckdb.DuckDBPyConnection) -> None:
    (query,) = re.findall(r'duckdb\.sql\("""\n(.+?)"""\)', PAGE, re.DOTALL)
    counted = database.execute(re.sub(r"read_parquet\(.+?\)", "quotes", query)).fetchall()
    speakers = database.execute(
        "SELECT count(*) FROM quotes WHERE part_of IS NULL AND speaker_id IS NOT NULL GROUP BY speaker_id"
    ).fetchall()
    assert [quotes for _, quotes in counted] == sorted((quotes for (quotes,) in speakers), reverse=True)[:10]
