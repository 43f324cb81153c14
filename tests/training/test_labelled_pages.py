import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.evaluation.gold import GoldError, read_rows
from pipeline.training import labelled_pages
from pipeline.training.labelled_pages import LabelledPage, fingerprint

DATA = os.environ.get("REDEFLUSS_TEST_DATA")
BLOCKS = (
    "Startseite",
    "Brücke gesperrt",
    "Die Brücke ist seit dem Mai gesperrt.",
    "Brücke gesperrt",
    "Der Kreis will untersuchen, was der Neubau kostet.",
    "Suche",
)
PAGE = {"name": "kreis.example.bruecke", "html": "<body>" + "".join(f"<p>{block}</p>" for block in BLOCKS) + "</body>"}


def choose(monkeypatch: pytest.MonkeyPatch, blocks: str, undecided: str, read: list[str]) -> None:
    chosen = {PAGE["name"]: {"blocks": blocks, "open": undecided, "read": fingerprint(read)}}
    monkeypatch.setattr(labelled_pages, "_choice", lambda: chosen)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> LabelledPage:
    choose(monkeypatch, "2-4", "1", list(BLOCKS[1:5]))
    return LabelledPage(PAGE)


def test_each_block_has_its_label_and_an_open_one_has_none(page: LabelledPage) -> None:
    assert np.array_equal(page.labels(BLOCKS), [0, np.nan, 1, 1, 1, 0], equal_nan=True)


def test_lines_that_are_cut_otherwise_have_the_labels_of_their_words(page: LabelledPage) -> None:
    lines = ["Startseite Brücke", "gesperrt Die Brücke ist seit", "dem Mai gesperrt. Brücke gesperrt", "kostet. Suche"]
    assert np.array_equal(page.labels(lines), [0, 1, 1, 0.5], equal_nan=True)


def test_what_stands_nowhere_on_the_page_is_not_known(page: LabelledPage) -> None:
    assert np.isnan(page.labels(["Ganz andere Worte", ""])).all()


def test_a_page_that_is_read_into_other_blocks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, "2-9", "", list(BLOCKS[2:]))
    with pytest.raises(GoldError, match="other blocks"):
        LabelledPage(PAGE)


def test_a_page_that_nobody_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_pages, "_choice", dict)
    with pytest.raises(GoldError, match=r"kreis\.example\.bruecke is not among the pages"):
        LabelledPage(PAGE)


def test_every_label_of_the_list_can_be_read() -> None:
    chosen = labelled_pages._choice()
    assert len(chosen) == 409
    for entry in chosen.values():
        article, undecided = (set(labelled_pages.numbers(entry[key])) for key in ("blocks", "open"))
        assert not article & undecided


@pytest.mark.skipif(DATA is None, reason="REDEFLUSS_TEST_DATA names no folder with the labelled pages")
def test_every_page_is_still_read_into_the_blocks_that_were_labelled() -> None:
    for page in read_rows(Path(str(DATA)) / "cleaning" / "snippets.jsonl.gz", ("name", "html")):
        LabelledPage(page)
