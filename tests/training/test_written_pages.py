from pathlib import Path

import numpy as np
import pytest

from pipeline.cleaning import line_vectors
from pipeline.evaluation.gold import GoldError
from pipeline.training.cleaning_samples import written_samples
from pipeline.training.written_pages import WrittenPage, written_pages

TEXT = """X Startseite
O Brücke gesperrt
A Die Brücke ist seit dem Mai gesperrt.

X Im Bild: die Brücke im Mai
A Fazit
"""


def write(folder: Path, text: str, name: str = "01.txt") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_the_text_is_without_its_labels_and_each_line_has_its_own(tmp_path: Path) -> None:
    page = WrittenPage(write(tmp_path / "newspapers", TEXT))
    lines = page.text.split("\n")
    assert lines[:4] == ["Startseite", "Brücke gesperrt", "Die Brücke ist seit dem Mai gesperrt.", ""]
    filled = [line for line in lines if line]
    assert np.array_equal(page.labels(filled), [0, np.nan, 1, 0, 1], equal_nan=True)


def test_the_folder_says_whose_labels_they_are(tmp_path: Path) -> None:
    write(tmp_path / "newspapers", TEXT)
    write(tmp_path / "others", TEXT)
    assert [page.newspaper for page in written_pages(tmp_path)] == [True, False]


def test_a_line_without_a_label_is_refused_with_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "others", "A Fazit\n\nB Suche\n")
    with pytest.raises(GoldError, match=r"01\.txt:3: a line begins with A, X or O and a space"):
        WrittenPage(path)


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no folder with written texts"):
        written_pages(tmp_path)


def test_what_the_network_learns_from_written_pages_has_the_same_columns() -> None:
    vectors = line_vectors.load()
    pages = written_pages(Path(__file__).parents[2] / "corpus" / "pages")
    samples = [sample for page in pages for sample in written_samples(page, vectors)]
    assert len({sample.seen.shape[1] for sample in samples if not sample.markup}) == 1
    assert any(sample.markup for sample in samples)  # a text in Markdown is read as a page


def test_all_written_pages_of_the_corpus_can_be_read() -> None:
    pages = list(written_pages(Path(__file__).parents[2] / "corpus" / "pages"))
    assert sum(page.newspaper for page in pages) >= 80
    assert all(np.nansum(page.labels(page.text.split("\n"))) > 0 for page in pages)
