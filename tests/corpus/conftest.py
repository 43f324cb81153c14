"""Small articles that were invented for these tests."""

from pathlib import Path

import pytest

from pipeline.corpus.markup import read_article
from pipeline.corpus.model import AnnotatedArticle

ARTICLES = Path(__file__).parent / "articles"


@pytest.fixture(params=sorted(path.stem for path in ARTICLES.glob("*.txt")))
def article(request: pytest.FixtureRequest) -> AnnotatedArticle:
    return read_article(ARTICLES / f"{request.param}.txt")


@pytest.fixture
def couple() -> AnnotatedArticle:
    return read_article(ARTICLES / "couple.txt")
