"""Bodies that are called alike in Germany, Austria and Switzerland: those of the country that an article is from."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.entities.countries import country_of
from schemas.records import Entity
from tests.entities.articles import clean_article
from tests.support.given_names import GivenNames

ARTICLES = tomllib.loads((Path(__file__).parent / "countries.toml").read_text(encoding="utf-8"))["article"]


@pytest.fixture(scope="module")
def given() -> GivenNames:
    return GivenNames()


def ids(entities: list[Entity], name: str) -> set[str]:
    """The ids of those that `name` means, with or without its article."""
    forms = {name, f"Die {name}"}
    return {entity.id for entity in entities if not forms.isdisjoint(mention.text for mention in entity.mentions)}


@pytest.mark.parametrize("article", ARTICLES, ids=[str(number) for number in range(len(ARTICLES))])
def test_a_body_is_that_of_the_country(extract: EntityExtractor, article: dict[str, Any]) -> None:
    entities = extract(clean_article(article["text"], url=article.get("url"))).entities
    assert {name: ids(entities, name) for name in article["ids"]} == {n: {i} for n, i in article["ids"].items()}


@pytest.mark.parametrize(
    ("text", "fields", "country"),
    [
        ("Der Rat tagt.", {}, "DE"),
        ("Der Rat tagt.", {"url": "https://www.example.at/rat"}, "AT"),
        ("Der Rat tagt.", {"url": "HTTPS://EXAMPLE.CH:443"}, "CH"),
        ("Der Rat tagt.", {"url": "https://example.org/www.example.at/rat"}, "DE"),
        ("Der Rat tagt.", {"url": "http://[::1"}, "DE"),
        ("Der Rat tagt.", {"dateline": "Wien", "title": "SPÖ stimmt zu"}, "AT"),
        ("Der Rat tagt in Wien.", {}, "DE"),
        ("Die Strasse sei gross, hiess es.", {}, "CH"),
        ("Die Straße sei gross, hiess es auf der Strasse.", {}, "DE"),
        ("Die CDU-Chefin sprach in Köln.", {"url": "https://example.ch/"}, None),
        ("Die CDU-Chefin und SPD-Minister sprachen in Köln.", {"url": "https://example.ch/"}, "DE"),
        ("ÖVP und SVP sprachen in Wien und Bern.", {}, None),
    ],
)
def test_the_country_is_told_by_words_spelling_and_address(
    text: str, fields: dict[str, str], country: str | None
) -> None:
    assert country_of(clean_article(text, **fields)) == country


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der [Schweizer Nationalrat|ORG] tagt.", "org/schweizerischer-nationalrat"),
        ("Die [Schweizerische Nationalbank|ORG] senkt den Zins.", "org/schweizerische-nationalbank"),
        ("Österreichs [Bundesregierung|ORG] tagt.", "org/oesterreichische-bundesregierung"),
        ("Die Wiener [Grünen|ORG] tagen.", "org/die-gruenen-die-gruene-alternative"),
        ("Polens [Grüne|ORG] tagen.", "org/gruene"),
        ("Die europäischen [Grünen|ORG] tagen.", "org/gruenen"),
        ("In Wien [Grüne|ORG] zu treffen, ist leicht.", "org/buendnis-90-die-gruenen"),
    ],
)
def test_the_word_before_a_body_tells_its_country(given: GivenNames, text: str, expected: str) -> None:
    assert expected in {entity.id for entity in given.marked(text)}


def test_a_party_is_that_of_the_country(extract: EntityExtractor) -> None:
    text = "Bern – Ständerat Karl Obst (FDP) widersprach dem deutschen FDP-Politiker Falk Ahlers. Der Kanton schwieg."
    people = {entity.name: entity.affiliations for entity in extract(clean_article(text)).entities}
    assert (people["Karl Obst"], people["Falk Ahlers"]) == (["FDP.Die Liberalen"], ["FDP"])


def test_names_of_the_users_file_mean_the_same_in_all_countries(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,name,type\norg/own,Nationalbank,ORG\n", encoding="utf-8")
    extract = EntityExtractor(PipelineConfig(model_de="rules", quote_model="rules", gazetteer=path))
    article = clean_article("Die Nationalbank und der Nationalrat tagen.", url="https://example.at/")
    assert {"org/own", "org/oesterreichischer-nationalrat"} <= {entity.id for entity in extract(article).entities}


def test_a_ministry_is_not_that_of_another_country(given: GivenNames) -> None:
    text = "Wien – Das [Innenministerium|ORG] und das deutsche [Bundesinnenministerium|ORG] einigten sich mit der ÖVP."
    found = {entity.id for entity in given.marked(text + " Die SPÖ in Tirol klagt.")}
    assert {"org/oesterreichisches-innenministerium", "org/bundesinnenministerium"} <= found
