"""A saved search tells its receiver what is new: once, signed, again until it is taken, not too often."""

import asyncio
import errno
import fcntl
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from agents.cli.errors import explained
from agents.saved_searches import watcher
from agents.saved_searches.outbox import Outbox, OutboxError
from agents.saved_searches.search_list import SavedSearch, SearchListError, load
from agents.saved_searches.watcher import Watcher
from agents.settings import Settings
from agents.web.models import QuoteHit
from agents.web.store import columns, quote_reader
from agents.web.store.location import store_path
from agents.web.store.quote_query import QuoteQuery
from agents.web.store.reader import StoreReader
from agents.web.store.tables import remove_store
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.quotes import quote_records
from pipeline.statements.speaker import SpeakerStatements
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.support.ports import free_port
from tests.support.small_disk import filled, small_disk
from tests.support.waiting import until
from tests.web.articles import message, quote_article

SECRET = "geheim"


class Receiver:
    """Answers as told, and keeps what it got and when."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.got: list[tuple[dict[str, Any], float]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["X-Redefluss-Signature"] == right
        self.got.append((orjson.loads(body), time.monotonic()))
        return self.answers.pop(0) if self.answers else web.Response(status=204)

    def quotes(self) -> list[str]:
        return [item["quote"]["id"] for told, _ in self.got for item in told["items"]]


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made, app = Receiver(), web.Application()
    app.router.add_post("/", made.take)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/"))
        yield made


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watcher, "SETTLE_SECONDS", 0.1)


class Running:
    def __init__(self, settings: Settings, outbox: Path) -> None:
        self.settings, self.outbox, self.said = settings, outbox, list[str]()

    async def watch(self, search: SavedSearch, until: Callable[[], bool], *, first: Callable[[], None]) -> Outbox:
        outbox = Outbox(self.outbox)
        made = Watcher(
            StoreReader(store_path(self.settings)),
            outbox,
            [search],
            secret=SECRET,
            pauses=(0.05, 0.2),
            say=self.said.append,
        )
        task = asyncio.create_task(made.forever())
        while not made._seen and not task.done():  # it has noted what was there before
            await asyncio.sleep(0.01)
        first()
        deadline = time.monotonic() + 20
        while not until() and time.monotonic() < deadline and not task.done():
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return outbox


@pytest.fixture
def running(settings: Settings, tmp_path: Path) -> Running:
    return Running(settings, tmp_path / "outbox.sqlite")


def add(writer: StoreWriter, *articles: QuoteArticle) -> None:
    writer.add(
        TopicMessage("articles.quotes", 3, number, time.time() + 1, encode(article), {})
        for number, article in enumerate(articles)
    )


def add_statement(writer: StoreWriter, *articles: QuoteArticle) -> None:
    """That of Brinkmeier in all of these articles."""
    state = SpeakerStatements("per/karla-brinkmeier", window=timedelta(days=14), most=100)
    for record in (record for article in articles for record in quote_records(article)):
        if record.speaker is not None and record.speaker.id == "per/karla-brinkmeier":
            state.add(record, "2026-03-09T09:00:00.000Z")
    ((name, said),) = state.statements.items()
    writer.add([TopicMessage("statements", 0, 1, time.time(), encode(said), {}, name.encode())])


def item(quote: str) -> bytes:
    """What waits to be sent: a quote of an article that is not kept any more."""
    line: dict[str, Any] = {
        "id": quote,
        "text": "„So“",
        "type": "Direct",
        "medium": "Speech",
        "speaker": None,
        "entity": None,
    }
    line |= {"cue": None, "confidence": 1.0}
    nothing = dict.fromkeys(("title", "source", "url", "published_at", "agency", "party", "gender", "statement"))
    place: dict[str, Any] = {"article_id": quote.partition("#")[0], "context": "„So“", "marks": [], "arrived": 0.0}
    return QuoteHit.model_validate({"quote": line} | place | nothing).model_dump_json().encode()


def search_of(receiver: Receiver, **more: Any) -> SavedSearch:
    return SavedSearch(
        name="Brinkmeier", search="q=Frühjahr&speaker=Brinkmeier", url=receiver.url, per_minute=600, **more
    )


async def test_what_is_new_is_told_once_and_signed(receiver: Receiver, writer: StoreWriter, running: Running) -> None:
    search = search_of(receiver)
    new = quote_article("neu", published_at="2020-01-01T08:00Z")
    await running.watch(search, lambda: len(receiver.got) > 0, first=lambda: add(writer, new))
    assert receiver.quotes() == ["neu#0"], "not what was there before, also if it was published before"
    ((told, _),) = receiver.got
    assert (told["schema"], told["search"]["name"]) == ("saved-search/1", "Brinkmeier")
    assert told["items"][0]["quote"]["speaker"] == "Karla Brinkmeier"
    revised = new.model_copy(update={"title": "Berichtigt"})
    await running.watch(search, lambda: len(receiver.got) > 1, first=lambda: add(writer, revised, quote_article("n-2")))
    assert receiver.quotes() == ["neu#0", "n-2#0"], "a revision is no news, and a restart tells nothing again"


async def test_a_new_version_of_what_was_there_before_the_search_is_no_news(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    old, new = quote_article("alt"), quote_article("neu")
    writer.add([message(old, at=time.time() - 3600)])
    revised = old.model_copy(update={"title": "Berichtigt"})
    await running.watch(search_of(receiver), lambda: len(receiver.got) > 0, first=lambda: add(writer, revised, new))
    assert receiver.quotes() == ["neu#0"]


@pytest.mark.parametrize("meanwhile", ["stopped", "running"])
async def test_what_came_while_the_store_was_made_anew_is_told(
    meanwhile: str, receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    """As at an upgrade, or where it was damaged: its articles have other numbers then, of which a new one has any."""
    search, path = search_of(receiver), store_path(running.settings)
    await running.watch(search, lambda: len(receiver.got) > 0, first=lambda: add(writer, quote_article("n-1")))

    def make_anew() -> None:
        writer.close()
        remove_store(path)
        with closing(StoreWriter(path, keep_articles=100, keep_days=30)) as anew:
            add(anew, quote_article("neu"), quote_article("n-1"))
            anew.add([message(quote_article(f"alt-{number}"), at=time.time() - 3600) for number in range(20)])

    if meanwhile == "stopped":
        make_anew()
    first = make_anew if meanwhile == "running" else lambda: None
    await running.watch(search, lambda: len(receiver.got) > 1, first=first)
    assert receiver.quotes() == ["n-1#0", "neu#0"]


async def test_what_is_new_in_a_new_version_is_told_and_what_was_told_is_not(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    """Also of quotes whose statement comes late or never: their numbers are others in each version."""
    first = quote_article("neu")
    search = search_of(receiver)
    await running.watch(search, lambda: len(receiver.got) > 0, first=lambda: add(writer, first))
    assert receiver.quotes() == ["neu#0"]
    former = first.quotes[0]
    begin, end = former.spans[0].begin, former.spans[0].end
    another = former.model_copy(update={"spans": former.spans[:1], "text": first.text[begin:end]})
    moved = former.model_copy(update={"id": "neu#9"})
    revised = first.model_copy(update={"quotes": [another, *first.quotes[1:], moved]})
    await running.watch(search, lambda: len(receiver.got) > 1, first=lambda: add(writer, revised))
    assert receiver.quotes() == ["neu#0", "neu#0"]
    assert receiver.got[1][0]["items"][0]["quote"]["text"] == another.text


async def test_what_was_told_is_not_told_again_when_its_statement_is_known(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    search, articles = search_of(receiver), [quote_article("neu"), quote_article("n-2", source="Bote")]
    await running.watch(search, lambda: len(receiver.got) > 0, first=lambda: add(writer, articles[0]))
    add_statement(writer, *articles)
    revised = articles[0].model_copy(update={"title": "Berichtigt"})
    newer = [revised, articles[1], quote_article("n-3")]
    await running.watch(search, lambda: len(receiver.got) > 1, first=lambda: add(writer, *newer))
    assert receiver.quotes() == ["neu#0", "n-3#0"], "of the last one, no statement is known"


async def test_while_nobody_answers_it_comes_again(receiver: Receiver, writer: StoreWriter, running: Running) -> None:
    receiver.answers = [web.Response(status=503), web.Response(status=429, headers={"Retry-After": "1"})]
    await running.watch(
        search_of(receiver), lambda: len(receiver.got) > 2, first=lambda: add(writer, quote_article("n"))
    )
    assert receiver.quotes() == ["n#0"] * 3
    assert receiver.got[2][1] - receiver.got[1][1] >= 1.0, "as Retry-After says"
    assert "answered 503; again" in running.said[0]


@pytest.mark.parametrize("way", ["withdrawn", "corrected"])
async def test_what_is_taken_back_before_anybody_took_it_is_not_sent(
    receiver: Receiver, writer: StoreWriter, running: Running, way: str
) -> None:
    receiver.answers = [web.Response(status=503) for _ in range(5)]
    articles = [quote_article("n"), quote_article("bleibt", simhash="f" * 16)]
    corrected = articles[0].model_copy(update={"quotes": articles[0].quotes[1:]})

    async def take_back() -> None:
        await until(lambda: receiver.got)
        if way == "withdrawn":
            writer.add([TopicMessage("articles.quotes", 3, 9, time.time(), None, {}, b"n")])
        else:
            add(writer, corrected)

    task = asyncio.create_task(take_back())
    await running.watch(search_of(receiver), lambda: len(receiver.got) > 5, first=lambda: add(writer, *articles))
    await task
    assert {item["quote"]["id"] for item in receiver.got[0][0]["items"]} == {"n#0", "bleibt#0"}
    assert [item["quote"]["id"] for item in receiver.got[-1][0]["items"]] == ["bleibt#0"]


async def test_for_what_is_taken_back_the_other_paper_with_the_statement_is_named(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    receiver.answers = [web.Response(status=503) for _ in range(5)]
    papers = [quote_article(f"n-{number}", source=f"Blatt {number}") for number in range(2)]

    def both() -> None:
        add(writer, *papers)
        add_statement(writer, *papers)

    async def take_back() -> None:
        await until(lambda: receiver.got)
        writer.add([TopicMessage("articles.quotes", 3, 9, time.time(), None, {}, b"n-0")])

    task = asyncio.create_task(take_back())
    await running.watch(search_of(receiver), lambda: len(receiver.got) > 5, first=both)
    await task
    assert (receiver.quotes()[0], receiver.quotes()[-1]) == ("n-0#0", "n-1#0")


async def test_pauses_grow_while_it_fails(receiver: Receiver, writer: StoreWriter, running: Running) -> None:
    receiver.answers = [web.Response(status=503) for _ in range(4)]
    article = quote_article("n")
    await running.watch(search_of(receiver), lambda: len(receiver.got) > 4, first=lambda: add(writer, article))
    times = [at for _, at, *_ in receiver.got]
    assert times[4] - times[3] >= 0.2, "the longest"
    assert running.said[0].endswith("again in 0 s")


async def test_why_nobody_can_be_reached_is_told(writer: StoreWriter, running: Running) -> None:
    search = SavedSearch(name="a", search="q=b", url=f"http://127.0.0.1:{free_port()}/")
    Outbox(running.outbox).put("a", [("1", item("x#0"))], 0, time.time())
    await running.watch(search, lambda: len(running.said) > 0, first=lambda: None)
    assert running.said[0].startswith("a: Cannot connect to host 127.0.0.1")


def test_an_outbox_that_is_a_folder_is_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="unable to open database file"):
        Outbox(tmp_path)


def test_where_files_cannot_be_locked_nobody_is_told_of_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    outbox = Outbox(tmp_path / "kasten.watch")
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="No locks available"):
        outbox.claim()
    outbox.close()


async def test_what_is_refused_is_set_aside_and_can_be_sent_again(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    receiver.answers = [web.Response(status=410)]
    outbox = await running.watch(
        search_of(receiver), lambda: len(receiver.got) > 0, first=lambda: add(writer, quote_article("n"))
    )
    (dead,) = outbox.dead()
    assert (dead.search, dead.why, orjson.loads(dead.item)["quote"]["id"]) == ("Brinkmeier", "answered 410", "n#0")
    assert outbox.retry_dead() == 1
    await running.watch(search_of(receiver), lambda: len(receiver.got) > 1, first=lambda: None)
    assert receiver.quotes() == ["n#0", "n#0"]
    assert not outbox.dead()


async def test_all_that_waits_for_a_receiver_that_stays_away_is_set_aside(
    receiver: Receiver, writer: StoreWriter, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "AT_ONCE", 2)
    monkeypatch.setattr(watcher, "GIVE_UP_SECONDS", 0.3)
    receiver.answers = [web.Response(status=503) for _ in range(200)]
    outbox = Outbox(running.outbox)
    items = [item(f"x#{number}") for number in range(7)]
    outbox.put("Brinkmeier", [([str(number)], one) for number, one in enumerate(items)], 0, time.time())
    outbox.put("another", [(["1"], b"{}")], 0, time.time())
    await running.watch(search_of(receiver), lambda: len(outbox.dead()) > 0, first=lambda: None)
    assert [dead.item for dead in outbox.dead()] == items
    assert not outbox.waiting("Brinkmeier", 10)
    assert len(outbox.waiting("another", 10)) == 1
    assert "all that waits is set aside (7)" in running.said[-1]


async def test_a_store_that_cannot_be_read_is_told_of_once(tmp_path: Path, running: Running) -> None:
    search = SavedSearch(name="a", search="q=b", url="https://e.example")
    watching = Watcher(
        StoreReader(tmp_path / "none.sqlite"), Outbox(tmp_path / "outbox"), [search],
        secret=SECRET, pauses=(0.05, 0.2), say=running.said.append,
    )  # fmt: skip
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watching.forever(), 1)
    assert running.said == ["a: the pages' store: there is no store here yet; a worker makes it"]


async def test_a_disk_without_room_for_what_waits_ends_it_with_a_line(
    receiver: Receiver, writer: StoreWriter, running: Running, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        outbox = Outbox(disk / "outbox")
        outbox.mark("Brinkmeier", 0.0, 0, store=1)
        watching = Watcher(
            StoreReader(store_path(running.settings)), outbox, [search_of(receiver)],
            secret=SECRET, pauses=(0.05, 0.2), say=running.said.append,
        )  # fmt: skip
        with filled(disk), pytest.raises(ExceptionGroup) as raised:
            await asyncio.wait_for(watching.forever(), 20)
        mistake = explained(raised.value)
        assert mistake is not None
        assert str(mistake) == f"{disk / 'outbox'}: database or disk is full"
        assert outbox.put("Brinkmeier", [(["1"], b"{}")], 1, time.time()) == 1
        outbox.close()


async def test_nothing_is_missed_where_counting_takes_long(
    receiver: Receiver, writer: StoreWriter, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quotes of a large store are counted as they were some seconds ago, unless that would leave some out."""
    monkeypatch.setattr(columns, "CHEAP_SECONDS", -1.0)
    monkeypatch.setattr(columns, "REFRESH_SHARE", 1e-9)
    monkeypatch.setattr(quote_reader, "ARRIVED_SECONDS", 0.05)

    async def later() -> None:
        await until(lambda: receiver.got)
        add(writer, quote_article("n-1"))

    task = asyncio.create_task(later())
    await running.watch(
        search_of(receiver), lambda: len(receiver.quotes()) > 1, first=lambda: add(writer, quote_article("n-0"))
    )
    await task
    assert receiver.quotes() == ["n-0#0", "n-1#0"]


async def test_what_comes_faster_than_told_goes_together(
    receiver: Receiver, writer: StoreWriter, running: Running
) -> None:
    search = search_of(receiver).model_copy(update={"per_minute": 20.0})

    def more() -> None:
        add(writer, quote_article("n-0"))

    async def later() -> None:
        await until(lambda: receiver.got)
        for number in range(1, 4):
            add(writer, quote_article(f"n-{number}"))
            await asyncio.sleep(0.1)

    task = asyncio.create_task(later())
    await running.watch(search, lambda: len(receiver.quotes()) > 3, first=more)
    await task
    assert [len(told["items"]) for told, _ in receiver.got] == [1, 3]
    assert receiver.got[1][1] - receiver.got[0][1] >= 2.9


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "searches stand under"),
        ("x = [", "Invalid value"),
        ('[[searches]]\nname = "a"\nsearch = "q=b"', "search 1: url"),
        ('[[searches]]\nname = "a"\nsearch = "since=gestern"\nurl = "https://e.example"', "search 1: search: since"),
        ('[[searches]]\nname = "a"\nsearch = "speker=b"\nurl = "https://e.example"', "search 1: search: .*'speker'"),
        (
            '[[searches]]\nname = "a"\nsearch = "https://e.example/entities/per/a?q=b"\nurl = "https://e.example"',
            "search 1: search: /entities/per/a is not the page of a search",
        ),
        ('[[searches]]\nname = "a"\nsearch = "/entities/?q=b"\nurl = "https://e.example"', "/entities/ is not the"),
        ('[[searches]]\nname = "a"\nsearch = "q=b"\nurl = "ftp://e.example"', "search 1: url: 'ftp://e.example'"),
        (
            '[[searches]]\nname = "a"\nsearch = "q=b"\nurl = "https://e.example"\n' * 2,
            "'a' is another search's already",
        ),
    ],
)
def test_what_is_wrong_in_the_list_is_told_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "searches.toml"
    path.write_text(text)
    with pytest.raises(SearchListError, match="(?i)" + words.replace("'", ".")) as error:
        load(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("before", ["", "?", "/search?", "https://redefluss.example:6066/search?", "/search.atom?"])
def test_a_search_may_be_the_whole_address_of_its_page(before: str) -> None:
    query = "q=Wer%3F&speaker=per%2Fa&since=&until=2026-03-02&each=paper#q-2"
    asked = SavedSearch(name="a", search=before + query, url="https://e.example").asked
    assert asked == QuoteQuery(words="Wer?", speaker="per/a", until=1772492400.0)


def test_a_question_mark_in_the_words_begins_no_query() -> None:
    asked = SavedSearch(name="a", search="q=Amt/Rat?&source=Bote?", url="https://e.example").asked
    assert asked == QuoteQuery(words="Amt/Rat?", sources=("Bote?",))


def test_a_list_that_is_right(tmp_path: Path) -> None:
    path = tmp_path / "searches.toml"
    path.write_text(
        '[[searches]]\nname = "a"\nsearch = "/search?q=zwei+Worte&verbatim=true"\nurl = "https://e.example/x"\n'
    )
    (search,) = load(path)
    assert (search.asked.words, search.asked.verbatim) == ("zwei Worte", True)
