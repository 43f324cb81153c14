"""What holds for every article."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.entities import EntityExtractor
from pipeline.entities.slugs import entity_id, slug
from schemas.codec import encode
from schemas.records import CleanArticle
from tests.entities.articles import RIVER, clean_article
from tests.support.given_names import GivenNames

_PIECES = (
    "Annas|Anna|Körber|Dr. |von der|(SPD)|(IStGH)|die Ministerin|Er|sie|sagte|„|“|\n\n|. |, |Nato-Generalsekretär|"
    "Deutschen Bahn|der 45-Jährige|Russlands|'|😀|und|US-|Müller|Frau|\u00a0|Ex-|der Sprecher|des|AG|1. FC|Grünen|…|"
    "IStGH|Straße|ß|İ|, der selten|, die"
)
PIECES = _PIECES.split("|")
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(max_size=200),
)


@pytest.fixture(scope="module")
def told() -> GivenNames:
    return GivenNames()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(text=TEXTS)
def test_spans_ids_and_order(extract: EntityExtractor, text: str) -> None:
    article = extract(clean_article(text))
    ids = [entity.id for entity in article.entities]
    assert len(ids) == len(set(ids))
    firsts = []
    for entity in article.entities:
        places = [(mention.begin, mention.end) for mention in entity.mentions]
        assert places == sorted(set(places))
        assert places
        assert all(article.text[m.begin : m.end] == m.text for m in entity.mentions)
        assert 0 <= entity.salience <= 1
        firsts.append(places[0])
    assert firsts == sorted(firsts)
    every = sorted((m.begin, m.end) for e in article.entities for m in e.mentions if m.kind == "name")
    assert all(left[1] <= right[0] for left, right in pairwise(every)), "names overlap"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=TEXTS)
def test_the_same_article_gives_the_same_bytes(extract: EntityExtractor, text: str) -> None:
    assert encode(extract(clean_article(text))) == encode(extract(clean_article(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Im Doppel siegten [Tölke|PER]/[Kahlert|PER].", ["Tölke", "Kahlert"]),
        ("[Hanna Tölke|PER] verlor. Es siegten Ahlers/[von Tölke|PER].", ["Hanna Tölke"]),
        ("Fotos: [„dpa/LNI|ORG]", ["dpa"]),
        ("Es gab [12 “ Prof.|PER]", []),
    ],
)
def test_a_name_may_begin_and_end_anywhere(told: GivenNames, text: str, expected: list[str]) -> None:
    """The pieces of the reader's words are others than the words that the rules look at."""
    assert [entity.name for entity in told.marked(text)] == expected


@pytest.mark.parametrize("text", ["die Sprecherin [{}s|PER]", "die {}sparkasse [Waldau|LOC]"])
def test_what_is_too_long_for_an_id_is_no_name(told: GivenNames, text: str) -> None:
    found = told.marked(f"[Hanna Tölke|PER] bat {text.format('Ba' * 1500)}.")
    assert [entity.name for entity in found] == ["Hanna Tölke"]


@settings(deadline=None, max_examples=300)
@given(
    pieces=st.lists(st.sampled_from([*PIECES, "/", "-", " "]), max_size=12),
    names=st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["PER", "ORG", "LOC", "MISC"])), max_size=4),
)
def test_whatever_a_model_takes_for_names(told: GivenNames, pieces: list[str], names: list[tuple[int, str]]) -> None:
    marked = dict(names)
    text = "".join(f"[{piece}|{marked[n]}]" if n in marked else piece for n, piece in enumerate(pieces))
    for entity in told.marked(text):
        assert entity.mentions


def test_everything_of_the_clean_article_is_carried_over(extract: EntityExtractor) -> None:
    before = clean_article(RIVER, title="Brückenstreit", dateline="Genf", credits=["© nobody"], meta={"a": 1})
    after = extract(before)
    carried = set(CleanArticle.model_fields) - {"schema_"}
    assert {name: getattr(after, name) for name in carried} == {name: getattr(before, name) for name in carried}
    assert after.schema_ == "entity-article/1"


def test_salience_puts_the_subject_first(extract: EntityExtractor) -> None:
    found = extract(clean_article(RIVER, title="Tannhoff verteidigt Brücke")).entities
    assert max(found, key=lambda entity: entity.salience).name == "Wiebke Tannhoff"


def test_a_title_is_as_long_as_titles_are(extract: EntityExtractor) -> None:
    """Every name is looked for in it: one of megabytes would take hours."""

    def salience(title: str) -> float:
        return extract(clean_article("Anna Körber kam.", title=title)).entities[0].salience

    without, far = salience("Bau"), salience("Bau " * 1000 + "Körber")
    assert without == far < salience("Bau " * 100 + "Körber")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Annalena Baerbock", "annalena-baerbock"),
        ("Bündnis 90/Die Grünen", "buendnis-90-die-gruenen"),
        ("José Strauß", "jose-strauss"),
        ("Łukasz Øst", "lukasz-oest"),
        ("Мир", "мир"),
        ("!", "x"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected
    assert entity_id("PER", name) == f"per/{expected}"
