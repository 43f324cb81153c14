"""The notebook runs from its first cell to its last, on files as a sink writes them, and draws its three plots."""

import asyncio
import os
from pathlib import Path

import duckdb
import nbformat
import pytest
from nbclient import NotebookClient

from pipeline.config import PipelineConfig
from tests.support import sample_archive
from tests.support.sample_archive import raw_article, write

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
MOST_BYTES = 200_000
TWO_COUNCILS = (
    "Der Schweizer Bundesrat tagte in Bern. „Das ist gut“, sagte der Bundesrat am Montag dem Nationalrat.",
    "Der deutsche Bundesrat tagte in Berlin. „Das ist gut“, sagte der Bundesrat am Montag dem Bundestag.",
)
ONE_SPEAKER = "Waldau – „Das tut weh“, sagte Bürgermeisterin Hanna Tölke am Montag nach der Sitzung des Rates."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook") / "archive"
    asyncio.run(write(folder, 40, PipelineConfig(model_de="rules", quote_model="rules")))
    return folder


@pytest.mark.timeout(900)
def test_it_runs_and_draws(archive: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=dict(os.environ) | {"REDEFLUSS_ARCHIVE": str(archive)})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    first = next(output["data"]["text/plain"] for output in outputs if "text/plain" in output.get("data", {}))
    with duckdb.connect() as connection:
        question = f"SELECT count(*), count(DISTINCT article_id) FROM read_parquet('{archive}/quotes/**/*.parquet')"
        row = connection.execute(question).fetchone()
    assert row is not None
    assert row[0] > 40
    assert first.startswith(f"[({row[0]}, {row[1]}, "), first


@pytest.mark.timeout(900)
@pytest.mark.parametrize("update", [{"published_at": None, "source": None}, {"text": ONE_SPEAKER, "html": None}])
def test_it_draws_also_where_times_sources_or_second_speakers_are_missing(
    update: dict[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sample_archive, "raw_article", lambda article, number: raw_article(article, number).model_copy(update=update)
    )
    archive = tmp_path / "archive"
    asyncio.run(write(archive, 8, PipelineConfig(model_de="rules", quote_model="rules")))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=dict(os.environ) | {"REDEFLUSS_ARCHIVE": str(archive)})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3


@pytest.mark.timeout(900)
def test_speakers_of_one_name_are_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sample_archive,
        "raw_article",
        lambda article, number: raw_article(article, 0).model_copy(
            update={"title": None, "text": TWO_COUNCILS[number % 2]}
        ),
    )
    archive = tmp_path / "archive"
    asyncio.run(write(archive, 5, PipelineConfig(model_de="rules", quote_model="rules")))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("sorted(counts.values())"))
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=dict(os.environ) | {"REDEFLUSS_ARCHIVE": str(archive)})
    texts = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    assert texts[1] == "[('Bundesrat', 3), ('Bundesrat', 2)]"
    assert texts[-1] == "[2, 3]"


def test_it_is_committed_without_what_it_once_drew() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert NOTEBOOK.stat().st_size < MOST_BYTES
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
