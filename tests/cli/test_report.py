"""What `redefluss run` knows of the articles that it sent, how long it waits for them, and what it tells at the end."""

import asyncio
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition

from agents.cli import report, run, tracker
from agents.cli.articles import ArticleMessage
from agents.cli.errors import ExitCode
from agents.cli.report import print_report
from agents.cli.sending import Sent
from agents.cli.tracker import ArticleTracker
from agents.progress import PartitionProgress
from agents.settings import Settings
from schemas.codec import encode
from schemas.records import DeadLetter
from tests.sinks import records

SETTINGS = Settings(topic_prefix="p.")


def tracked(*offsets: int) -> ArticleTracker:
    """Of articles that stand at these offsets of partition 1 of the first topic."""
    sent = {(1, offset): ArticleMessage(f"a.jsonl:{offset}", f"a-{offset}", b"{}") for offset in offsets}
    return ArticleTracker(SETTINGS, sent=sent)


def finished(offset: int, **fields: Any) -> Any:
    """The article that stood at this offset, as it comes out."""
    trail = [{"topic": "articles.raw", "partition": 1, "offset": offset}]
    value = records.article(f"a-{offset}", **fields)
    headers = [("trail", orjson.dumps(trail))]
    return SimpleNamespace(topic="p.articles.quotes", key=b"a-%d" % offset, value=value, headers=headers)


def dead(offset: int, topic: str = "p.articles.raw", partition: int = 1) -> Any:
    """A dead letter about the message at this offset; of a later topic, it came from there on `articles.raw`."""
    trail = orjson.dumps([{"topic": "articles.raw", "partition": partition, "offset": offset}])
    raw = topic == "p.articles.raw"
    letter = DeadLetter.of(
        stage="clean", reason="empty", detail="no text [left]", topic=topic, partition=partition if raw else 0,
        offset=offset if raw else 0, timestamp=0, key=b"k", value=b"{}", headers=[("trail", trail)], attempts=1,
    )  # fmt: skip
    return SimpleNamespace(topic="p.articles.dead-letter", value=encode(letter), headers=[])


def test_an_article_has_come_out_as_an_article_or_as_a_dead_letter() -> None:
    found, told = tracked(1, 2, 3, 4), []
    found.came_out = lambda: told.append(1)
    for record in (finished(1), dead(2), dead(3, "p.articles.cleaned")):
        found.take(record)
    assert (set(found.articles), set(found.letters)) == ({(1, 1)}, {(1, 2), (1, 3)})
    assert found.missing == {(1, 4)}
    for record in (finished(1), dead(2)):
        found.take(record)
    assert len(told) == 3, "one that comes again is counted once"


@pytest.mark.parametrize("topic", ["p.articles.quotes", "p.articles.dead-letter"])
@pytest.mark.parametrize("value", [None, b"", b"[]", b'{"schema": "quote-article/1"}'])
def test_messages_of_other_writers_are_passed_over(topic: str, value: bytes | None) -> None:
    found = tracked(1)
    trail = finished(1).headers
    found.take(SimpleNamespace(topic=topic, value=value, headers=trail))
    found.take(SimpleNamespace(topic="p.articles.quotes", value=finished(1).value, headers=[]))
    assert found.missing == {(1, 1)}


def test_articles_that_others_sent_meanwhile_are_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found, told = tracked(1), []
    found.came_out = lambda: told.append(1)
    for record in (finished(8), dead(9), finished(1)):
        found.take(record)
    assert (set(found.articles), found.letters, told) == ({(1, 1)}, {}, [1])
    lines = shown(found, Sent(confirmed=1), capsys)
    assert lines[-1] == "1 article, 1 quote of 1 speaker, 1.2 s, 0 dead letters, 0 refused, 0 lost"


async def test_what_does_not_come_out_may_have_come_out_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several versions the last one counts."""
    found = tracked(1, 2, 3)
    found.take(finished(3))

    async def partitions_of(_: Settings, name: str) -> list[TopicPartition]:
        return [TopicPartition(name, 0)]

    async def batches(*_: Any, **how: Any) -> Any:
        assert how == {"from_beginning": True, "until_end": True}
        yield [finished(1, title="alt"), finished(3, title="alt")]
        yield [finished(1, title="neu"), SimpleNamespace(key=b"a-2", value=None), SimpleNamespace(key=None, value=b"")]

    monkeypatch.setattr(tracker, "partitions_of", partitions_of)
    monkeypatch.setattr(tracker, "batches", batches)
    await found.look_back(None)  # type: ignore[arg-type]
    assert {place: article.title for place, article in found.known.items()} == {(1, 1): "neu"}
    assert found.missing == {(1, 2)}


async def test_it_listens_from_the_end_of_both_topics_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Consumer:
        def __init__(self) -> None:
            self.at: dict[TopicPartition, int] = {}

        def assign(self, places: list[TopicPartition]) -> None:
            self.at = dict.fromkeys(places, 0)

        async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
            return dict.fromkeys(places, 7)

        def seek(self, place: TopicPartition, offset: int) -> None:
            self.at[place] = offset

    async def partitions_of(_: Settings, name: str) -> list[TopicPartition]:
        return [TopicPartition(name, number) for number in (0, 1)]

    monkeypatch.setattr(tracker, "partitions_of", partitions_of)
    consumer: Any = Consumer()
    places = await tracked().assign(consumer)
    assert {(place.topic, place.partition) for place in places} == {
        (topic, number) for topic in ("articles.quotes", "articles.dead-letter") for number in (0, 1)
    }
    assert consumer.at == dict.fromkeys(places, 7)


@pytest.mark.parametrize(
    ("waiting", "held", "idle"),
    [([0, 0], 0, True), ([0, 1], 0, False), ([0, 1], 4, False), ([0], 4, True), ([], 0, True)],
)
async def test_every_stage_is_idle_where_nothing_waits_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch, waiting: list[int], held: int, idle: bool
) -> None:
    """Else `redefluss run --exit` would wait for another producer, which may never end its transaction."""

    async def read_progress(_: Settings) -> list[PartitionProgress]:
        return [
            PartitionProgress(
                *("clean", "clean", "p.articles.raw", number),
                committed=5,
                begin=0,
                end=5 + count + held,
                readable_end=5 + count,
            )
            for number, count in enumerate(waiting)
        ]

    monkeypatch.setattr(tracker, "read_progress", read_progress)
    assert await tracked(1).idle() is idle


class Lots:
    """A consumer with these lots of records, and none after them."""

    def __init__(self, *lots: list[Any]) -> None:
        self.lots = list(lots)
        self.asked = 0

    async def getmany(self, *_: Any, timeout_ms: int) -> dict[int, list[Any]]:
        self.asked += 1
        await asyncio.sleep(0)
        return {0: self.lots.pop(0)} if self.lots else {}


async def waited(found: ArticleTracker, consumer: Any, idle: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for what is missing, while the stages are `idle` or not."""

    async def answer(_: ArticleTracker) -> bool:
        return idle

    monkeypatch.setattr(run, "IDLE_CHECK_SECONDS", 0.01)
    monkeypatch.setattr(ArticleTracker, "idle", answer)
    await run._until_all_came_out(found, consumer, [])


async def test_it_waits_until_all_came_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found, consumer = tracked(1, 2), Lots([finished(1)], [dead(2)])
    await waited(found, consumer, False, monkeypatch)
    assert (found.missing, consumer.asked) == (set(), 2)


async def test_what_is_missing_is_waited_for_as_long_as_a_stage_works(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tracked(1)
    await asyncio.wait_for(waited(found, Lots(), True, monkeypatch), 60)
    assert found.missing == {(1, 1)}
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waited(found, Lots(), False, monkeypatch), 0.2)


def shown(found: ArticleTracker, sent: Sent, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of the report, with single spaces."""
    print_report(found, sent, seconds=1.25)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_the_report_tells_what_became_of_everything(capsys: pytest.CaptureFixture[str]) -> None:
    found = tracked(1, 2, 3, 4, 5)
    for record in (finished(2, said=("Ja", "Nein")), finished(1), dead(3)):
        found.take(record)
    other = tracked(4)
    other.take(finished(4, title=None))
    found.known = other.articles
    lines = shown(found, Sent(confirmed=5, refused=1, unconfirmed=1), capsys)
    headings = "speaker said type confidence"
    quote = "Hanna Tölke Das tut weh Direct 0.90"
    two = ["Hanna Tölke Ja Direct 0.90", "Hanna Tölke Nein Direct 0.90"]
    assert lines == [
        *("Freibad", headings, quote, "Freibad", headings, *two, "a-4", headings, quote),
        "dead letter: a.jsonl:3: empty: no text [left]",
        "LOST: a.jsonl:5",
        "2 articles, 1 known from before, 4 quotes of 1 speaker, 1.2 s, 1 dead letter, 2 refused, 1 lost",
    ]


def test_of_many_articles_the_first_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "SHOWN_ARTICLES", 2)
    found = tracked(1, 2, 3, 4)
    for offset in (1, 2):
        found.take(finished(offset))
    assert not any("more" in line for line in shown(found, Sent(), capsys))
    for offset in (3, 4):
        found.take(finished(offset))
    lines = shown(found, Sent(), capsys)
    assert lines.count("Freibad") == 2
    assert "… and 2 articles more: redefluss consume articles.quotes --from-beginning" in lines
    assert lines[-1] == "4 articles, 4 quotes of 1 speaker, 1.2 s, 0 dead letters, 0 refused, 0 lost"


@pytest.mark.parametrize(
    ("sent", "missing", "code"),
    [
        (Sent(confirmed=1), (), ExitCode.OK),
        (Sent(confirmed=1), (1,), ExitCode.INCOMPLETE),
        (Sent(confirmed=0), (), ExitCode.INCOMPLETE),
        (Sent(confirmed=1, refused=1), (), ExitCode.INCOMPLETE),
        (Sent(confirmed=1, unconfirmed=1), (), ExitCode.INCOMPLETE),
    ],
)
def test_it_ends_well_where_all_came_out(sent: Sent, missing: tuple[int, ...], code: ExitCode) -> None:
    assert run._exit_code(tracked(*missing), sent) == code


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"web_port": 6067}, " – web view: http://127.0.0.1:6067/"),
        ({"web_host": "::1"}, " – web view: http://[::1]:6066/"),
        ({"web_enabled": False}, ""),
    ],
)
def test_where_the_web_view_is(settings: dict[str, Any], words: str) -> None:
    assert run._web(Settings(**settings)) == words
