import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.written import WRITTEN, Written


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize("written", [pytest.param(written, id=written.name) for written in WRITTEN])
def test_a_written_page_is_right_to_the_block(clean: Cleaner, written: Written) -> None:
    article = clean(RawArticle(html=written.html, text=written.text, language="de"))
    found = tuple((block.kind, article.text[block.begin : block.end], block.time) for block in article.blocks)
    assert found == written.blocks
    assert article.title == written.title
    assert "\n\n".join(text for _, text, _ in found) == article.text


def test_numbers_over_links_are_no_headings(clean: Cleaner) -> None:
    body = next(written for written in WRITTEN if written.name == "event-note").blocks[0][1]
    most_read = ["1. Hafenfest: Das Programm", "2. Neue Fähre: Der Fahrplan steht", "3. Das Hallenbad am Deich"]
    text = "\n\n".join([body, body.replace("Donnerstag", "Freitag"), "Meistgelesen", *most_read])
    article = clean(RawArticle(text=text, language="de"))
    assert article.text.endswith("an der Abendkasse zu haben.")
