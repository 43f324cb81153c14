"""What counts once: the same text in several papers, the same statement, a fragment within its whole; and shares."""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.charts import axis, lines
from agents.web.store.article_lists import ArticleFilter
from agents.web.store.quote_query import Each, QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.shares import wilson
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.cleaning.fingerprint import fingerprints
from schemas.codec import encode
from schemas.records import QuoteArticle
from schemas.times import day_begins
from tests.web.articles import quote_article

NOW = 1_790_000_000.0
"""In September 2026."""
PRINT = "0123456789abcdef"
Client = TestClient[Any, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "web" / "store.sqlite"


@pytest.fixture
def store(path: Path) -> tuple[StoreWriter, StoreReader]:
    return StoreWriter(path, keep_articles=1000, keep_days=30), StoreReader(path)


def put(writer: StoreWriter, *articles: QuoteArticle, at: float = NOW) -> None:
    writer.add(
        TopicMessage("articles.quotes", 0, number, at + number, encode(article), {})
        for number, article in enumerate(articles)
    )
    assert writer.unreadable == 0


def copy_of(n: int, *, simhash: str = PRINT, at: str | None = "2026-09-01T08:00Z", **more: Any) -> QuoteArticle:
    return quote_article(f"c-{n}", source=f"Blatt {n}", simhash=simhash, published_at=at, **more)


def shown(reader: StoreReader) -> list[tuple[str, list[str]]]:
    page = reader.latest(ArticleFilter(), limit=50)
    return [(line.id, [copy.id for copy in line.copies]) for line in page.items]


def test_near_copies_are_one_and_the_earliest_stands_for_all(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    changed = f"{int(PRINT, 16) ^ 0b11111:016x}"
    put(writer, copy_of(1, at="2026-09-01T10:00Z"), copy_of(2, simhash=changed), copy_of(3, at="2026-09-01T09:00Z"))
    assert shown(reader) == [("c-2", ["c-3", "c-1"])]
    assert [copy.source for copy in reader.copies("c-3")] == ["Blatt 2", "Blatt 1"]
    assert [line.id for line in reader.latest(ArticleFilter(("Blatt 3",)), limit=5).items] == ["c-3"]
    assert reader.named_in("per/karla-brinkmeier", ArticleFilter(), limit=5).items[0].id == "c-2"


def test_of_a_period_the_earliest_in_it_stands_for_all(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(writer, *(copy_of(n, at=f"2026-09-0{n}T10:00Z") for n in (1, 2, 3)))
    begin = ArticleFilter(since=day_begins(date(2026, 9, 2)))
    for page in (reader.latest(begin, limit=5), reader.named_in("per/karla-brinkmeier", begin, limit=5)):
        assert [(line.id, len(line.copies)) for line in page.items] == [("c-2", 2)]
    assert [line.id for line in reader.arrivals(begin, limit=5, before=99)] == ["c-2", "c-2"]
    before = ArticleFilter(until=day_begins(date(2026, 9, 2)))
    assert [line.id for line in reader.latest(before, limit=5).items] == ["c-1"]


@pytest.mark.parametrize(
    ("simhash", "at"),
    [
        (f"{int(PRINT, 16) ^ 0b111111:016x}", "2026-09-01T08:00Z"),
        (PRINT, "2026-08-20T08:00Z"),
        ("0" * 16, "2026-09-01T08:00Z"),
    ],
    ids=["another text", "weeks before", "hardly a word"],
)
def test_what_is_not_the_same_stays_apart(store: tuple[StoreWriter, StoreReader], simhash: str, at: str) -> None:
    writer, reader = store
    first = copy_of(1, simhash=simhash if simhash == "0" * 16 else PRINT)
    put(writer, first, copy_of(2, simhash=simhash, at=at))
    assert [copies for _, copies in shown(reader)] == [[], []]


def test_of_copies_that_go_another_stands_for_the_rest(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(writer, copy_of(1), copy_of(2), copy_of(3))
    assert shown(reader) == [("c-1", ["c-2", "c-3"])]
    writer.add([TopicMessage("articles.quotes", 0, 9, NOW, None, {}, b"c-1")])
    assert shown(reader) == [("c-2", ["c-3"])]
    put(writer, copy_of(2, simhash="f" * 16))
    assert sorted(shown(reader)) == [("c-2", []), ("c-3", [])]


def test_an_agencys_text_with_a_changed_sentence_is_recognised_and_another_text_is_not() -> None:
    from agents.web.store.same_articles import MOST_BITS
    from pipeline.cleaning.fingerprint import distance

    sentences = [
        f"Der Bürgermeister von Ort{n}heim kündigte Baustelle{n} und Ortsumgehung{n * 7} an." for n in range(40)
    ]
    whole = " ".join(sentences)
    changed = " ".join([*sentences[:20], "Die Opposition widersprach.", *sentences[20:39]])
    other = " ".join(f"Die Mannschaft aus Ort{n}dorf gewann Spiel{n} gegen Verein{n * 3}." for n in range(40))
    assert distance(fingerprints(whole)[1], fingerprints(changed)[1]) <= MOST_BITS
    assert distance(fingerprints(whole)[1], fingerprints(other)[1]) > MOST_BITS


def test_the_same_words_in_copies_count_once_also_of_a_speaker_who_is_no_entity(
    store: tuple[StoreWriter, StoreReader],
) -> None:
    writer, reader = store
    put(writer, copy_of(1), copy_of(2), quote_article("eigen", source="Blatt 9", published_at="2026-09-02T08:00Z"))
    found = reader.quotes(QuoteQuery(words="Geld reicht", speaker="Behörde"), limit=10, each="statement")
    assert [len(hit.copies) for hit in found.items] == [0, 1]
    assert found.total == 2
    assert reader.quotes(QuoteQuery(speaker="Behörde"), limit=10).total == 3


def with_fragment(id: str) -> QuoteArticle:
    """Three quotes, of which the third is a fragment of the first and by the same speaker."""
    article = quote_article(id)
    first, second, third = article.quotes
    span = first.spans[0].model_copy(update={"end": first.spans[0].begin + 12})
    fragment = third.model_copy(
        update={
            "part_of": first.id,
            "spans": [span],
            "text": article.text[span.begin : span.end],
            "speaker": first.speaker,
        }
    )
    return article.model_copy(update={"quotes": [first.model_copy(update={"type": "Indirect"}), second, fragment]})


def test_a_fragment_counts_only_where_its_whole_does_not(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(writer, with_fragment("f"))
    speaker = "per/karla-brinkmeier"

    def total(**asked: Any) -> int:
        return reader.quotes(QuoteQuery(speaker=speaker, **asked), limit=10, each="statement").total

    assert total() == 1
    assert total(words="Wir fangen") == 1
    assert total(verbatim=True) == 1, "the fragment, since the whole is in substance"
    assert total(type="Direct") == 1
    assert total(verbatim=False) == 1
    assert total(parts=True) == 2
    assert reader.articles(limit=1)[0].quote_count == 2
    entity = reader.entity(speaker)
    assert entity is not None
    assert (entity.statement_count, entity.quote_count) == (1, 1)


def test_the_page_of_a_party_that_is_called_by_its_short_form_leads_to_what_its_members_said(
    store: tuple[StoreWriter, StoreReader],
) -> None:
    """Articles name their party in full, as the gazetteer does."""
    writer, reader = store
    article = quote_article("p")
    minister, town, critic = article.entities
    member = minister.model_copy(update={"affiliations": ["Bündnis 90/Die Grünen"]})
    party = town.model_copy(update={"id": "org/buendnis-90-die-gruenen", "name": "Grüne", "type": "ORG"})
    put(writer, article.model_copy(update={"entities": [member, party, critic]}))
    found = reader.entity(party.id)
    assert found is not None
    assert (found.name, found.party, found.members) == ("Grüne", "Bündnis 90/Die Grünen", 1)
    assert reader.count(QuoteQuery(party=found.party), each="statement") == 1


@pytest.mark.parametrize("each", ["statement", "paper"])
def test_a_filter_says_how_much_it_leaves_of_fragments_too(store: tuple[StoreWriter, StoreReader], each: Each) -> None:
    writer, reader = store
    put(writer, with_fragment("f"), quote_article("g"))
    for query in (QuoteQuery(), QuoteQuery(verbatim=True), QuoteQuery(type="Indirect"), QuoteQuery(words="Wir")):
        _, facets = reader.quotes_and_facets(query, limit=9, each=each)
        told = {value.value: value.count for value in facets["type"]}
        assert told == {type_: reader.count(replace(query, type=type_), each=each) for type_ in told}


def test_said_about_others_and_together(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    article = quote_article("über")
    text = article.text.replace("‚das Geld", "Brinkmeier, ‚das Geld")
    begin = text.index("Brinkmeier, ‚das")
    shift = len("Brinkmeier, ")
    minister = article.entities[0]
    mention = minister.mentions[0].model_copy(
        update={"begin": begin, "end": begin + len("Brinkmeier"), "text": "Brinkmeier"}
    )
    outer = article.quotes[1]
    span = outer.spans[0].model_copy(update={"end": outer.spans[0].end + shift})
    outer = outer.model_copy(update={"spans": [span], "text": text[span.begin : span.end]})
    blocks = [*article.blocks[:-1], article.blocks[-1].model_copy(update={"end": len(text)})]
    entities = [minister.model_copy(update={"mentions": [*minister.mentions, mention]}), *article.entities[1:]]
    put(
        writer,
        article.model_copy(
            update={"text": text, "blocks": blocks, "entities": entities, "quotes": [article.quotes[0], outer]}
        ),
    )
    entity = reader.entity("per/karla-brinkmeier")
    assert entity is not None
    assert entity.about_count == 1
    assert [(other.value, other.count) for other in entity.together] == [("per/tobias-ahlgrimm", 1)]
    (hit,) = reader.quotes(QuoteQuery(about="per/karla-brinkmeier"), limit=5).items
    assert hit.quote.speaker == "Tobias Ahlgrimm"


def test_wilsons_interval() -> None:
    low, high = wilson(10, 40)
    assert (round(low, 4), round(high, 4)) == (0.1419, 0.4019)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_shares_agree_with_counting_by_hand(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(
        writer,
        *(copy_of(n) for n in (1, 2, 3)),
        quote_article("d", source="Blatt 1", published_at="2026-09-03T08:00Z"),
    )
    # The copies give three statements, as printed; "d" three more. Of each three one is the minister's.
    once = reader.shares(QuoteQuery(), by="speaker", now=NOW)
    assert (once.total, once.without, once.articles, once.sources) == (6, 2, 4, 3)
    assert {(value.value, value.count, value.articles, value.sources) for value in once.values} == {
        ("per/karla-brinkmeier", 2, 4, 3),
        ("per/tobias-ahlgrimm", 2, 4, 3),
    }
    assert [value.share for value in once.values] == [2 / 6, 2 / 6]
    assert [(period.day, period.total, period.counts) for period in once.over_time] == [
        ("2026-09-01", 3, [1, 1]),
        ("2026-09-02", 0, [0, 0]),
        ("2026-09-03", 3, [1, 1]),
    ]
    each = reader.shares(QuoteQuery(), by="source", each="paper", now=NOW)
    assert [(value.value, value.count) for value in each.values] == [("Blatt 1", 6), ("Blatt 2", 3), ("Blatt 3", 3)]
    assert each.total == 12
    by_source = reader.shares(QuoteQuery(), by="source", now=NOW)
    assert [(value.value, value.count) for value in by_source.values] == [
        ("Blatt 1", 6),
        ("Blatt 2", 3),
        ("Blatt 3", 3),
    ]
    assert by_source.total == 6, "a statement counts for each paper that has it"


def test_two_articles_of_a_paper_are_one_paper(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    again = copy_of(2).model_copy(update={"source": "Blatt 1"})
    put(writer, copy_of(1), again, copy_of(3), *(copy_of(n).model_copy(update={"source": None}) for n in (4, 5)))
    speaker = QuoteQuery(speaker="per/karla-brinkmeier")
    assert reader.quotes(speaker, limit=9).total == 5
    assert reader.quotes(speaker, limit=9, each="paper").total == 4, "without a paper, each article"
    _, facets = reader.quotes_and_facets(speaker, limit=9, each="paper")
    assert [(facet.name, facet.count) for facet in facets["source"]] == [("Blatt 1", 1), ("Blatt 3", 1)]
    found = reader.shares(speaker, by="speaker", each="paper", now=NOW)
    assert (found.total, found.values[0].count, sum(period.total for period in found.over_time)) == (4, 4, 4)


@pytest.mark.parametrize("source", ["", None])
def test_no_paper_is_not_counted_as_one(store: tuple[StoreWriter, StoreReader], source: str | None) -> None:
    writer, reader = store
    put(writer, copy_of(1), copy_of(2), quote_article("ohne", source=source, published_at="2026-09-03T08:00Z"))
    found = reader.shares(QuoteQuery(), by="speaker", now=NOW)
    assert (found.articles, found.sources) == (3, 2)
    assert [(value.articles, value.sources) for value in found.values] == [(3, 2), (3, 2)]
    only = reader.shares(QuoteQuery(since=1_788_300_000.0), by="speaker", now=NOW)
    assert (only.articles, only.sources, only.values[0].sources) == (1, 0, 0)


def test_more_than_usual_is_told_against_the_weeks_before(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    before = [quote_article(f"v-{n}", source="Blatt 1", published_at=f"2026-08-{n + 1:02}T08:00Z") for n in range(30)]
    only_minister = [
        article.model_copy(update={"quotes": article.quotes[:1]})
        for article in (quote_article(f"n-{n}", published_at=f"2026-09-0{n % 7 + 1}T09:00Z") for n in range(30))
    ]
    put(writer, *before, *only_minister)
    since, until = 1_788_220_800.0, 1_788_825_600.0  # 1 to 8 September 2026
    found = reader.shares(QuoteQuery(since=since, until=until), by="speaker", now=NOW)
    (minister,) = (value for value in found.values if value.value == "per/karla-brinkmeier")
    assert minister.usual == pytest.approx(1 / 3)
    assert minister.more
    assert reader.shares(QuoteQuery(since=0.0), by="speaker", now=NOW).values[0].usual is None, (
        "nothing was kept before"
    )


def test_the_directory_finds_names_as_people_type_them(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(writer, copy_of(1), copy_of(2))
    assert [person.name for person in reader.people(words="brink", types=("PER",), limit=5).items] == [
        "Karla Brinkmeier"
    ]
    assert reader.people(words="Brinkmeier karla", types=("PER",), limit=5).total == 1
    assert reader.people(words="-", types=("PER",), limit=5).total == 0
    first = reader.people(words="", types=("PER",), limit=1)
    assert first.next is not None
    second = reader.people(words="", types=("PER",), limit=1, cursor=first.next)
    assert {first.items[0].id, second.items[0].id} == {"per/karla-brinkmeier", "per/tobias-ahlgrimm"}
    assert second.next is None
    assert (first.items[0].quotes, first.items[0].articles) == (2, 2)
    writer.add([TopicMessage("articles.quotes", 0, 9, NOW, None, {}, b"c-1")])
    assert reader.people(words="brink", types=("PER",), limit=5).items[0].quotes == 1


def named(entity: str, name: str) -> QuoteArticle:
    """An article that names somebody, and a town."""
    minister, town, _ = quote_article("x").entities
    person = minister.model_copy(update={"id": entity, "name": name})
    return quote_article(entity).model_copy(update={"entities": [person, town], "quotes": []})


@pytest.mark.parametrize(
    ("whole", "surname", "another"),
    [
        ("Elisabeth Marquardt-Söderlein", "Marquardt-Söderlein", "Söderlein"),
        ("Hans-Jürgen von der Thannen", "von der Thannen", "Ida Thannen"),
        ("Ayşe Yıldırım-Köhler", "Yıldırım-Köhler", "Bernd Köhler"),
    ],
)
def test_somebody_whose_surname_has_several_words_may_be_who_is_called_by_it_alone(
    store: tuple[StoreWriter, StoreReader], whole: str, surname: str, another: str
) -> None:
    writer, reader = store
    put(writer, named("per/a", whole), named("per/b", surname), named("per/c", another))
    found = [reader.entity(f"per/{letter}") for letter in "ab"]
    assert [[other.name for other in entity.perhaps] for entity in found if entity] == [[surname], [whole]]


@pytest.mark.parametrize(
    ("entity", "name", "typed"),
    [
        ("per/ayse-yildirim-koehler", "Ayşe Yıldırım-Köhler", ("ayse", "Yildirim", "Yıldırım", "Köhler", "koehler")),
        ("org/buendnis-90-die-gruenen", "Grüne", ("Grüne", "Bündnis 90", "Die Grünen", "buendnis")),
    ],
)
def test_the_directory_finds_names_by_plain_letters_and_in_full(
    store: tuple[StoreWriter, StoreReader], entity: str, name: str, typed: tuple[str, ...]
) -> None:
    writer, reader = store
    put(writer, named(entity, "Ein früherer Name"))
    put(writer, named(entity, name))
    for words in typed:
        assert [person.id for person in reader.people(words=words, types=("PER",), limit=5).items] == [entity], words
    assert not reader.people(words="früherer", types=("PER",), limit=5).items


def test_who_may_be_the_same_is_told_and_who_cannot_be_is_not(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(
        writer,
        named("per/karla-brinkmeier", "Karla Brinkmeier"),
        named("per/brinkmeier", "Brinkmeier"),
        named("per/karla-brinkmeier-q7", "Karla Brinkmeier"),
        named("per/beate-brinkmeier", "Beate Brinkmeier"),
        named("per/brinkmeier-vogt", "Anna Brinkmeier-Vogt"),
    )

    def perhaps(entity: str) -> set[str]:
        found = reader.entity(entity)
        assert found is not None
        return {other.value for other in found.perhaps}

    assert perhaps("per/karla-brinkmeier") == {"per/brinkmeier", "per/karla-brinkmeier-q7"}
    assert perhaps("per/brinkmeier") == {
        "per/karla-brinkmeier", "per/karla-brinkmeier-q7", "per/beate-brinkmeier",
    }  # fmt: skip
    assert perhaps("per/brinkmeier-vogt") == set()
    assert perhaps("loc/kiel") == set()


def test_axes_end_at_round_values() -> None:
    assert axis(0) == [0, 1]
    assert axis(3) == [0, 1, 2, 3]
    assert axis(7) == [0, 2, 4, 6, 8]
    assert axis(1234)[-1] == 1500
    drawn = lines([[0, 4], [2, 2]], width=100, height=40)
    assert drawn.points == ["0.0,40.0 100.0,0.0", "0.0,20.0 100.0,20.0"]
    assert drawn.ticks == [(0, 40), (1, 30), (2, 20), (3, 10), (4, 0)]


@pytest.mark.parametrize("query", ["by=hair", "each=day", "since=gestern", "vs_since=gestern"])
async def test_shares_refuse_what_means_nothing(client: Client, query: str) -> None:
    async with client.get(f"/api/shares?{query}") as response:
        assert response.status == 400
        assert query.partition("=")[0] in (await response.json())["error"]


async def test_shares_compare_two_sources(client: Client, writer: StoreWriter) -> None:
    put(writer, copy_of(1, at=None), copy_of(2, at=None), at=time.time())
    async with client.get("/api/shares?by=speaker&source=Blatt%201&vs_source=Tagblatt") as response:
        found = await response.json()
    assert found["sources"] == found["compared"]["sources"] == 1
    assert {value["name"] for value in found["compared"]["values"]} == {"Karla Brinkmeier", "Tobias Ahlgrimm"}
    async with client.get("/shares?by=speaker&source=Blatt%201&vs_source=Tagblatt") as response:
        page = await response.text()
    assert page.count('class="shares"') == 2
    assert page.count('class="interval"') == 4


def test_what_is_centuries_old_makes_no_chart_of_centuries(store: tuple[StoreWriter, StoreReader]) -> None:
    writer, reader = store
    put(
        writer,
        quote_article("a", published_at="1605-01-01T00:00:00Z"),
        quote_article("b", published_at="2026-09-03T08:00:00Z"),
    )
    found = reader.shares(QuoteQuery(), by="speaker", each="paper", now=NOW)
    assert (found.total, sum(period.total for period in found.over_time)) == (6, 3)
    assert len(found.over_time) < 530
