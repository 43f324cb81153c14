"""Whom the words for a speaker mean."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.entities import EntityExtractor
from pipeline.entities.words import TextWords
from pipeline.quotes.linking import Linker
from pipeline.spans import CharOffset, CharRange
from schemas.records import EntityArticle
from tests.entities.articles import clean_article
from tests.support.given_names import GivenNames

TEXTS = st.lists(
    st.sampled_from(
        ["Anna Körber", " und ", "Falk Ahlers", "Angaben von ", "Polizeiangaben", " (CDU)", "s ", ", ", "\n"]
    )
).map("".join)


def meant(article: EntityArticle, words: str) -> str | None:
    """The name that the words have as a speaker."""
    begin = CharOffset(article.text.rindex(words))
    linker = Linker(article, TextWords(article.text, ()))
    return linker.person([CharRange(begin, CharOffset(begin + len(words)))])[1]


@pytest.fixture(scope="module")
def extract() -> EntityExtractor:
    return GivenNames()


@pytest.mark.parametrize(
    ("words", "name"),
    [("Anna Körber und Falk Ahlers", "Anna Körber und Falk Ahlers"), ("Ministerin Anna Körber", "Anna Körber")],
)
def test_speakers_together(extract: EntityExtractor, words: str, name: str) -> None:
    text = "Ministerin Anna Körber kam. Das sagten Anna Körber und Falk Ahlers am Montag."
    article = extract(clean_article(text))
    assert meant(article, words) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ministerin Anna Körber und Landrat Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Ministerin Anna Körber und der frühere Landrat Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Ministerin Anna Körber und ihr Sprecher Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Anna Körber (CDU) und Falk Ahlers (SPD)", "Anna Körber und Falk Ahlers"),
        ("Anna Körber, Landrat Falk Ahlers und Prof. Ida Rau", "Anna Körber, Falk Ahlers und Ida Rau"),
        ("Anna Körber und lobte Landrat Falk Ahlers", "Anna Körber"),
        ("Anna Körber von der SPD", "Anna Körber"),
        ("SPD-Chefin Anna Körber", "Anna Körber"),
    ],
)
def test_speakers_together_may_have_roles(extract: EntityExtractor, words: str, name: str) -> None:
    article = extract(clean_article(f"Das geht so nicht, sagten {words}."))
    assert meant(article, words) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Marinows Sprecher Piotr Lewandowicz", "Piotr Lewandowicz"),
        ("ein Freund von Oleg Marinow", None),
        ("Angaben von Oleg Marinow", "Oleg Marinow"),
        ("Marinow-Informationen", "Oleg Marinow"),
        ("Polizeiangaben", "Polizei"),
        ("Medienangaben", None),
        ("der Redner", None),
    ],
)
def test_whose_words_they_are(extract: EntityExtractor, words: str, name: str | None) -> None:
    assert meant(extract(clean_article(f"Oleg Marinow schwieg. Marinow ging. Das sagte {words}.")), words) == name


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(text=TEXTS, data=st.data())
def test_any_words_can_be_asked_for(extract: EntityExtractor, text: str, data: st.DataObject) -> None:
    article = extract(clean_article(text))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    entity, name = Linker(article, TextWords(text, ())).person([CharRange(CharOffset(begin), CharOffset(end))])
    assert entity is None or (entity in article.entities and entity.name == name)
