import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.written import WRITTEN, Written


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


# Without numbers and without markup, headings that are a name alone look like a page's navigation.
LOST = ("listicle-text",)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(written, id=written.name, marks=[pytest.mark.xfail(strict=True)] if written.name in LOST else [])
        for written in WRITTEN
    ],
)
def test_a_written_page_is_right_to_the_block(clean: Cleaner, written: Written) -> None:
    article = clean(RawArticle(html=written.html, text=written.text, language="de"))
    found = tuple((block.kind, article.text[block.begin : block.end], block.time) for block in article.blocks)
    assert found == written.blocks
    assert article.title == written.title
    assert "\n\n".join(text for _, text, _ in found) == article.text
