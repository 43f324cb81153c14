"""The indices after batches, repeats, and batches that were broken off anywhere."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiokafka import TopicPartition

from agents import http_answers
from agents.sinks import opensearch_client
from agents.sinks.opensearch import OpenSearchStore
from agents.sinks.opensearch_client import OpenSearchClient
from agents.sinks.store import Batch, SinkError, SinkUnavailable, StoredPosition
from pipeline.tables.columns import TABLES, RecordKind
from pipeline.tables.rows import change_of
from tests.sinks.bulk_api import BulkApi
from tests.sinks.records import SAID, article, statement

TP, OTHER = TopicPartition("articles.quotes", 0), TopicPartition("statements", 1)
LONG = "".join(chr(0x4E00 + 7919 * n % 20_000) for n in range(1900))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[tuple[BulkApi, str]]:
    api = BulkApi()
    async with TestServer(api.app()) as running:
        yield api, str(running.make_url("/news"))


async def opened(url: str) -> OpenSearchStore:
    store = OpenSearchStore(url)
    await store.open()
    return store


def batch(*messages: tuple[str, bytes | None], kind: RecordKind = "article", offset: int = 1) -> Batch:
    made = Batch(positions={TP: StoredPosition(offset, "x")})
    for key, value in messages:
        change = change_of(kind, key.encode(), value, timestamp_ms=0)
        made.messages.append((SimpleNamespace(value=value), change))
    return made


def state(api: BulkApi) -> dict[str, list[str]]:
    """What readers see, by index: what was said by whom in which article."""
    return {
        "articles": sorted(row["id"] for row in api.sources("news-articles")),
        "quotes": sorted(f"{row['id']}: {row['text']}" for row in api.sources("news-quotes")),
        "entities": sorted(row["article_id"] for row in api.sources("news-entities")),
        "mentions": sorted(row["article_id"] for row in api.sources("news-mentions")),
    }


async def test_indices_have_the_columns_of_the_tables(server: tuple[BulkApi, str]) -> None:
    api, url = server
    store = await opened(url)
    await store.close()
    for table, columns in TABLES.items():
        assert list(api.mappings[f"news-{table}"]["properties"]) == list(columns)
    assert api.mappings["news-quotes"]["properties"]["text"] == {"type": "text", "analyzer": "german"}
    assert api.mappings["news-quotes"]["properties"]["speaker_id"]["type"] == "keyword"
    await (await opened(url)).close()  # they are there now


async def test_revisions_repeats_and_tombstones(server: tuple[BulkApi, str]) -> None:
    api, url = server
    store = await opened(url)
    written = await store.write(batch(("a-1", article("a-1")), ("a-2", article("a-2")), (LONG, article(LONG))))
    assert (written.rows["quotes"], written.unchanged) == (3, 0)
    assert (await store.write(batch(("a-1", article("a-1"))))).unchanged == 1
    await store.write(batch(("a-1", article("a-1", said=("Nein", "Doch")))))
    assert state(api)["quotes"][:3] == ["a-1#0: Nein", "a-1#1: Doch", f"a-2#0: {SAID}"]
    written = await store.write(batch(("a-1", article("a-1", said=("Nie",))), ("a-2", None), offset=9))
    assert written.removed == 1
    assert state(api)["quotes"] == ["a-1#0: Nie", f"{LONG}#0: {SAID}"]
    assert state(api)["articles"] == ["a-1", LONG]
    await store.write(batch(("s-1", statement("s-1")), kind="statement"))
    assert [row["count"] for row in api.sources("news-statements")] == [2]
    await store.close()


async def test_offsets_of_all_partitions_are_kept(server: tuple[BulkApi, str]) -> None:
    _, url = server
    store = await opened(url)
    await store.write(Batch(positions={TP: StoredPosition(5, "x")}))
    await store.write(Batch(positions={OTHER: StoredPosition(7, "y")}))
    await store.close()
    again = OpenSearchStore(url)
    assert await again.open() == {TP: StoredPosition(5, "x"), OTHER: StoredPosition(7, "y")}
    await again.close()


async def test_what_a_try_that_was_broken_off_wrote_is_no_message_that_changed_nothing(
    server: tuple[BulkApi, str],
) -> None:
    api, url = server
    store = await opened(url)
    await store.write(batch(("a-1", article("a-1"))))
    both = batch(("a-1", article("a-1")), ("a-2", article("a-2")), ("a-3", article("a-3")))
    both.messages += batch(("s-1", statement("s-1")), kind="statement").messages
    for broken in ("news-sink", "news-quotes", "news-statements"):
        api.fails = lambda number, index, identifier, broken=broken: (429, "rejected") if index == broken else None
        with pytest.raises(SinkUnavailable):
            await store.write(both)
    api.fails = lambda number, index, identifier: None
    written = await store.write(both)
    assert (written.rows["articles"], written.rows["statements"], written.unchanged) == (2, 1, 1)
    assert (await store.write(both)).unchanged == 4
    await store.close()


async def test_a_batch_that_was_broken_off_anywhere_leaves_nothing_behind(server: tuple[BulkApi, str]) -> None:
    """After the break something else is written: the article's next version, by a sink that has started again."""
    api, url = server
    first = batch(("a-1", article("a-1", said=("Eins", "Zwei"))), ("a-2", article("a-2")))
    second = batch(("a-1", article("a-1", said=("A", "B", "C", "D"))), ("a-2", None), ("a-3", article("a-3")))
    third = batch(("a-1", article("a-1", said=("Nur",))), ("a-2", article("a-2", said=("Ja",))), ("a-3", None))
    cut, whole = 0, False
    while not whole:
        api.indices.clear()
        store = await opened(url)
        await store.write(first)
        broken, api.actions = cut, 0
        api.fails = lambda number, index, identifier, broken=broken: (503, "down") if number >= broken else None
        try:
            await store.write(second)
            whole = True
        except SinkUnavailable:
            pass
        api.fails = lambda number, index, identifier: None
        await store.close()
        store = await opened(url)
        await store.write(third)
        await store.close()
        assert state(api) == {
            "articles": ["a-1", "a-2"],
            "quotes": ["a-1#0: Nur", "a-2#0: Ja"],
            "entities": ["a-1", "a-2"],
            "mentions": ["a-1", "a-2"],
        }, cut
        cut += 1
    assert cut > 20


async def test_what_is_not_taken_now_comes_again_and_what_is_refused_ends_it(server: tuple[BulkApi, str]) -> None:
    api, url = server
    store = await opened(url)
    api.fails = lambda number, index, identifier: (429, "rejected") if index == "news-quotes" else None
    with pytest.raises(SinkUnavailable, match="rejected"):
        await store.write(batch(("a-1", article("a-1"))))
    api.fails = lambda number, index, identifier: (400, "mapper_parsing_exception") if index == "news-quotes" else None
    with pytest.raises(SinkError, match="mapper_parsing_exception"):
        await store.write(batch(("a-1", article("a-1"))))
    api.fails = lambda number, index, identifier: None
    api.answers = [web.Response(status=429, headers={"Retry-After": "7"})]
    with pytest.raises(SinkUnavailable) as raised:
        await store.write(batch(("a-1", article("a-1"))))
    assert raised.value.after_seconds == 7
    api.answers = [web.Response(status=403, text="security_exception")]
    with pytest.raises(SinkError, match="403: security_exception"):
        await store.write(batch(("a-1", article("a-1"))))
    await store.write(batch(("a-1", article("a-1"))))
    assert state(api)["articles"] == ["a-1"]
    await store.close()


async def test_the_password_is_used_and_not_told(server: tuple[BulkApi, str]) -> None:
    api, url = server
    store = await opened(url.replace("http://", "http://leser:ge%40heim@"))
    await store.close()
    assert api.logins == {"Basic bGVzZXI6Z2VAaGVpbQ=="}
    assert "heim" not in store.name


async def test_nobody_there_and_wrong_addresses() -> None:
    with pytest.raises(SinkError, match=r"127\.0\.0\.1:9"):
        await OpenSearchStore("http://127.0.0.1:9/news").open()
    for url in (
        "ftp://a.example/x",
        "news",
        "https://a.example/News",
        "https://a.example/a/b",
        "http://[",
        "http://a:99999",
    ):
        with pytest.raises(SinkError, match="not an address"):
            OpenSearchStore(url)


@pytest.mark.parametrize(
    ("status", "piece", "error", "words"),
    [
        (403, b"", SinkError, "answers 403"),
        (403, b"x" * 10_000, SinkError, "answers 403: xxx"),
        (503, b"", SinkUnavailable, "answers 503"),
        (200, b"x" * 10_000, SinkError, "more than 100,000 bytes"),
        (200, b"", SinkUnavailable, "Timeout"),
    ],
)
async def test_an_answer_that_never_ends_is_read_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, status: int, piece: bytes, error: type[Exception], words: str
) -> None:
    """A refusal was sent again and again, since the end of its words did not come."""
    monkeypatch.setattr(http_answers, "WORDS_SECONDS", 0.05)
    monkeypatch.setattr(opensearch_client, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(opensearch_client, "ANSWER_BYTES", 100_000)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        while True:
            await response.write(piece or b" ")
            await asyncio.sleep(0 if piece else 60)

    app = web.Application()
    app.router.add_post("/_bulk", endless)
    async with TestServer(app, handler_cancellation=True) as running:
        client = OpenSearchClient(str(running.make_url("/news")))
        client.open()
        with pytest.raises(error, match=words):
            await client.bulk([({}, None)])
        await client.close()


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_an_address_without_a_port_has_that_of_its_scheme(scheme: str, port: int) -> None:
    assert (
        OpenSearchClient(f"{scheme}://search.example/news").name == f"OpenSearch {scheme}://search.example:{port}/news"
    )


@pytest.mark.parametrize("answer", [{}, [], None, {"error": "nicht hier"}])
@pytest.mark.parametrize("status", [200, 400])
async def test_somebody_else_who_answers_with_json_is_told(answer: object, status: int) -> None:
    """Not with a traceback."""

    async def other(request: web.Request) -> web.Response:
        return web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", other)
    async with TestServer(app) as running:
        store = OpenSearchStore(str(running.make_url("/redefluss")))

        async def fill() -> None:
            await store.open()
            await store.write(batch(("a-1", article("a-1"))))

        with pytest.raises(SinkError, match="OpenSearch http"):
            await fill()
        await store.close()
