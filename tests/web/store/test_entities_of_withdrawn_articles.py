"""Nothing that a withdrawn article, or the former version of one, said of anybody is told any more."""

import pytest

from agents.web.store import entity_rows
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from schemas.records import QuoteArticle
from tests.web.articles import NOW, message, quote_article

MINISTER = "per/karla-brinkmeier"


def named(id_: str, **said: object) -> QuoteArticle:
    """An article that names the minister alone, and says that of her."""
    article = quote_article(id_)
    (minister,) = [entity for entity in article.entities if entity.id == MINISTER]
    return article.model_copy(update={"entities": [minister.model_copy(update=said)], "quotes": []})


def withdrawal(id_: str, offset: int) -> TopicMessage:
    return TopicMessage("articles.quotes", 0, offset, NOW, None, {}, id_.encode())


def in_directory(reader: StoreReader, words: str = "") -> list[str]:
    found = reader.people(words=words, types=("PER", "ORG"), limit=50)
    assert found.total == len(found.items)
    return [person.id for person in found.items]


def told(reader: StoreReader) -> tuple[list[str], list[str]]:
    entity = reader.entity(MINISTER)
    assert entity is not None
    return entity.roles, entity.affiliations


def test_who_was_named_in_a_withdrawn_article_alone_is_nowhere(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(quote_article("a"), offset=0), message(named("b"), offset=1)])
    writer.add([withdrawal("a", 2)])
    assert in_directory(reader) == [MINISTER]
    assert in_directory(reader, "Ahlg") == []
    assert reader.entity("per/tobias-ahlgrimm") is None
    assert reader.entity_names(["per/tobias-ahlgrimm", MINISTER]) == {MINISTER: "Karla Brinkmeier"}
    assert reader.count_named_in("per/tobias-ahlgrimm", ArticleFilter()) == 0


def test_who_is_not_named_in_the_new_version_any_more_is_nowhere(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(quote_article("a"), offset=0)])
    writer.add([message(named("a"), offset=1)])
    assert in_directory(reader) == [MINISTER]
    assert reader.entity("loc/kiel") is None


@pytest.mark.parametrize("again", [None, named("b", roles=[], affiliations=[])])
def test_what_a_withdrawn_article_or_a_former_version_called_somebody_is_told_no_more(
    writer: StoreWriter, reader: StoreReader, again: QuoteArticle | None
) -> None:
    """What the articles said that came before it is told again."""
    writer.add([message(named("a", affiliations=["Hafenpartei"]), offset=0)])
    writer.add([message(named("b", roles=["Betrügerin"], affiliations=["Schattenpartei"]), offset=1)])
    assert told(reader) == (["Betrügerin"], ["Schattenpartei"])
    writer.add([withdrawal("b", 2) if again is None else message(again, offset=2)])
    assert told(reader) == (["Verkehrsministerin"], ["Hafenpartei"])


def test_what_no_other_article_says_is_not_told(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add([message(named("a", roles=[]), offset=0), message(named("b", roles=["Betrügerin"]), offset=1)])
    writer.add([withdrawal("b", 2)])
    assert told(reader) == ([], [])


def test_what_later_articles_say_stays(writer: StoreWriter, reader: StoreReader) -> None:
    writer.add(
        message(named(id_, roles=[role]), offset=n) for n, (id_, role) in enumerate([("a", "Rätin"), ("b", "Bäuerin")])
    )
    writer.add([withdrawal("a", 2)])
    assert told(reader) == (["Bäuerin"], [])


def test_some_articles_are_looked_through_for_what_was_said_before_and_not_all(
    writer: StoreWriter, reader: StoreReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entity_rows, "LOOKED_THROUGH", 2)
    roles = {"a": ["Rätin"], "b": [], "c": [], "d": ["Betrügerin"]}
    writer.add(message(named(id_, roles=said), offset=n) for n, (id_, said) in enumerate(roles.items()))
    writer.add([withdrawal("d", 4)])
    assert told(reader) == ([], [])
