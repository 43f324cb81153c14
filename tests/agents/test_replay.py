"""Dead letters are sent through again one by one: a flood of them is never in memory at once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from agents import dead_letters
from agents.bounded_records import OVERSIZE
from agents.dead_letters import StoredLetter, replay
from agents.outgoing import Outgoing, TooLarge
from agents.permissions import MissingPermission, Need
from agents.settings import Settings
from agents.topic_reader import NoAnswer
from schemas.records import DeadLetter

SETTINGS = Settings(_env_file=None, topic_prefix="p.")  # type: ignore[call-arg]


def letter(
    offset: int, *headers: tuple[str, bytes], value: bytes | None = None, topic: str = "articles.raw"
) -> StoredLetter:
    stands = {"topic": f"p.{topic}", "partition": 0, "offset": offset, "timestamp": 0}
    why = {"stage": "clean", "reason": "timeout", "detail": "", "attempts": 1}
    value = b"%d" % offset if value is None else value
    made = DeadLetter.of(key=b"k", value=value, headers=list(headers), **stands, **why)
    return StoredLetter(0, offset, made)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """What is sent, in the place of a broker."""
    sent: list[Outgoing] = []

    class Publisher:
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        async def start(self) -> None:
            pass

        async def stop(self) -> None:
            pass

        async def send(self, *messages: Outgoing) -> None:
            sent.extend(messages)

    async def nothing(*_: Any) -> dict[str, datetime]:
        return {"0:1": datetime.now(UTC)}

    monkeypatch.setattr(dead_letters, "Publisher", Publisher)
    for name in ("ensure", "_replayed"):
        monkeypatch.setattr(dead_letters, name, nothing)
    for name in ("is_embedded", "require"):
        monkeypatch.setattr(dead_letters.cluster, name, nothing)
    return sent


async def test_each_is_sent_before_the_next_is_read(sent: list[Outgoing]) -> None:
    seen: list[int] = []

    async def letters() -> AsyncIterator[StoredLetter]:
        for offset in range(5):
            seen.append(len(sent))
            yield letter(offset)

    report = await replay(SETTINGS, letters())
    assert (report.sent, report.skipped_already_replayed) == (4, 1)
    assert seen == [0, 2, 2, 4, 6], "a message and its mark each, but for the one that was replayed before"
    assert [message.value for message in sent[::2]] == [b"0", b"2", b"3", b"4"]


async def test_a_dry_run_sends_nothing(sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it start a producer, for which something has to be writable."""
    monkeypatch.delattr(dead_letters.Publisher, "start")
    assert (await replay(SETTINGS, [letter(0), letter(1)], dry_run=True)).sent == 1
    assert sent == []


async def test_what_the_letter_has_no_bytes_of_is_not_sent_as_nothing(sent: list[Outgoing]) -> None:
    report = await replay(SETTINGS, [letter(7, (OVERSIZE, b"why"), value=b"")])
    assert report.impossible == ("0:7: its bytes are not in the letter, but at p.articles.raw/0/7 alone",)
    assert sent == []


async def test_what_has_its_bytes_is_sent_whatever_headers_its_producer_gave_it(sent: list[Outgoing]) -> None:
    assert (await replay(SETTINGS, [letter(7, (OVERSIZE, b"why"))])).sent == 1
    assert sent[0].value == b"7"


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({}, "its way from articles.raw is not known"),
        ({"partition": "eins", "offset": 2}, "its way from articles.raw is not known"),
        ({"partition": 1, "offset": None}, "its way from articles.raw is not known"),
        ({"partition": 0, "offset": -5}, "the article is no longer on articles.raw"),
        ({"partition": -1, "offset": 5}, "the article is no longer on articles.raw"),
    ],
)
async def test_a_trail_that_a_stranger_wrote_leaves_out_its_letter_alone(
    sent: list[Outgoing], step: dict[str, Any], why: str
) -> None:
    strange = replace(letter(7, topic="articles.cleaned"), trail=({"topic": "articles.raw", **step},))
    report = await replay(SETTINGS, [strange, letter(8)], to="start")
    assert (report.sent, report.impossible) == (1, (f"0:7: {why}",))


@pytest.mark.parametrize("topic", ["payments", "statements", "kein Name", ""])
async def test_a_letter_of_a_topic_that_no_stage_reads_goes_nowhere(sent: list[Outgoing], topic: str) -> None:
    """Whoever may write to the topic of dead letters could have the operator write to any other."""
    report = await replay(SETTINGS, [letter(7, topic=topic), letter(8)])
    assert (report.sent, report.impossible) == (1, (f"0:7: no stage reads the topic {topic!r}",))
    assert [message.topic for message in sent] == ["p.articles.raw", "p.articles.replayed"]


async def test_an_article_of_which_the_broker_tells_nothing_does_not_count_as_deleted(
    sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_: Any) -> None:
        raise NoAnswer("the broker gave no answer about articles.raw/0/5")

    monkeypatch.setattr(dead_letters, "message_at", silent)
    step = {"topic": "articles.raw", "partition": 0, "offset": 5}
    report = await replay(SETTINGS, [replace(letter(7, topic="articles.cleaned"), trail=(step,))], to="start")
    assert report.impossible == ("0:7: the broker gave no answer about articles.raw/0/5",)


async def test_a_mark_that_is_older_than_the_letter_is_about_another(sent: list[Outgoing]) -> None:
    """The topic was deleted and created again, and its offsets begin anew."""
    now = datetime.now(UTC)
    later = replace(letter(1), written_at=now + timedelta(minutes=1))
    earlier = replace(letter(1), written_at=now - timedelta(minutes=1))
    assert (await replay(SETTINGS, [earlier])).sent == 0
    assert (await replay(SETTINGS, [later, later])).sent == 1


async def test_a_letter_that_is_named_twice_is_sent_once(sent: list[Outgoing]) -> None:
    report = await replay(SETTINGS, [letter(2), letter(2)])
    assert (report.sent, report.skipped_already_replayed) == (1, 1)


async def test_the_producer_is_stopped_whatever_happens(sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch) -> None:
    life: list[str] = []

    def told(step: str) -> Any:
        async def tell(_: Any) -> None:
            life.append(step)

        return tell

    async def broken(*_: Any) -> None:
        raise OSError("no broker")

    for step in ("start", "stop"):
        monkeypatch.setattr(dead_letters.Publisher, step, told(step))
    await replay(SETTINGS, [letter(0)])
    assert life == ["start", "stop"]
    monkeypatch.setattr(dead_letters.Publisher, "send", broken)
    with pytest.raises(OSError, match="no broker"):
        await replay(SETTINGS, [letter(0)])
    assert life == ["start", "stop"] * 2


async def test_what_its_topic_does_not_take_any_more_holds_up_no_other(
    sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed = dead_letters.Publisher.send

    async def send(self: Any, *messages: Outgoing) -> None:
        if messages[0].value == b"0":
            raise TooLarge("1 bytes are more than p.articles.raw allows")
        await confirmed(self, *messages)

    monkeypatch.setattr(dead_letters.Publisher, "send", send)
    report = await replay(SETTINGS, [letter(0), letter(2)])
    assert (report.sent, report.impossible) == (1, ("0:0: 1 bytes are more than p.articles.raw allows",))
    assert [message.key for message in sent] == [b"k", b"0:2"], "no mark of what was not sent"


async def test_where_nothing_may_be_written_it_ends(sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: Settings, needs: list[Need]) -> None:
        if needs[0].name == "p.articles.raw":
            raise MissingPermission(needs)

    monkeypatch.setattr(dead_letters.cluster, "require", refuse)
    with pytest.raises(MissingPermission, match=r"lacks WRITE on the topic p\.articles\.raw"):
        await replay(SETTINGS, [letter(0)])
    assert sent == []


async def test_from_the_start_the_article_goes_its_way_anew(
    sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its producer's headers stay; what the stages wrote about the way that failed does not."""
    asked: list[tuple[Any, ...]] = []

    async def article(_: Settings, *place: Any) -> SimpleNamespace:
        asked.append(place)
        return SimpleNamespace(key=b"a", value=b"{}", headers=[], timestamp=1)

    monkeypatch.setattr(dead_letters, "message_at", article)
    kept = [("source", b"feed"), ("trail", b"[]"), ("revision", b"2"), ("replayed_from", b"elsewhere/0/0")]
    steps = ({"topic": "articles.cleaned"}, {"topic": "articles.raw", "partition": 3, "offset": 5})
    failed = replace(letter(7, *kept, topic="articles.cleaned"), trail=steps)
    assert (await replay(SETTINGS, [failed], to="start", by="ida@host")).sent == 1
    assert (await replay(SETTINGS, [replace(failed, offset=8)])).sent == 1
    assert asked == [("articles.raw", 3, 5)]
    anew, mark, again, _ = sent
    assert (anew.topic, anew.key, anew.value) == ("p.articles.raw", b"a", b"{}")
    assert anew.headers == [("source", b"feed"), ("replayed_from", b"p.articles.dead-letter/0/7")]
    assert (again.topic, again.key, again.value) == ("p.articles.cleaned", b"k", b"7")
    assert again.headers == [*kept[:3], ("replayed_from", b"p.articles.dead-letter/0/8")]
    assert (mark.topic, mark.key) == ("p.articles.replayed", b"0:7")
    told = orjson.loads(mark.value or b"")
    assert (told["to"], told["by"], sorted(told)) == ("articles.raw", "ida@host", ["at", "by", "to"])


@pytest.mark.parametrize(("timestamp", "sends"), [(1_700_000_000_000, 1), (1_700_000_000_001, 0)])
async def test_what_stands_in_an_articles_place_since_its_topic_was_created_again_is_not_sent(
    sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch, timestamp: int, sends: int
) -> None:
    async def article(*_: Any) -> SimpleNamespace:
        return SimpleNamespace(key=b"b", value=b"{}", headers=[], timestamp=timestamp)

    monkeypatch.setattr(dead_letters, "message_at", article)
    step = {"topic": "articles.raw", "partition": 3, "offset": 5, "timestamp": 1_700_000_000_000}
    report = await replay(SETTINGS, [replace(letter(7, topic="articles.cleaned"), trail=(step,))], to="start")
    assert (report.sent, len(sent)) == (sends, 2 * sends), "the article and its mark, or nothing"
    assert report.impossible == (
        () if sends else ("0:7: the article is no longer on articles.raw: another is in its place",)
    )


async def test_a_letter_of_the_first_stage_starts_with_what_it_holds(sent: list[Outgoing]) -> None:
    assert (await replay(SETTINGS, [letter(7)], to="start")).sent == 1
    assert (sent[0].topic, sent[0].value) == ("p.articles.raw", b"7")


async def test_a_tombstone_is_sent_again_and_nothing_at_all_is_not(sent: list[Outgoing]) -> None:
    def tombstone(offset: int, key: bytes | None) -> StoredLetter:
        made = DeadLetter.of(
            stage="clean", reason="timeout", detail="", topic="p.articles.raw", partition=0, offset=0, timestamp=0,
            key=key, value=None, headers=[], attempts=1,
        )  # fmt: skip
        return StoredLetter(0, offset, made)

    report = await replay(SETTINGS, [tombstone(5, b"a"), tombstone(6, None)])
    assert report.impossible == ("0:6: a message without key and value cannot be sent",)
    assert (sent[0].key, sent[0].value) == (b"a", None)


async def test_what_may_be_written_is_asked_once_for_each_topic_and_not_for_a_dry_run(
    sent: list[Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def require(_: Settings, needs: list[Need]) -> None:
        asked.extend(f"{need.operation} {need.name}" for need in needs)

    async def ensure(_: Settings, topics: list[str]) -> None:
        asked.extend(f"CREATE {topic}" for topic in topics)

    monkeypatch.setattr(dead_letters, "ensure", ensure)
    monkeypatch.setattr(dead_letters.cluster, "require", require)
    await replay(SETTINGS, [letter(0)], dry_run=True)
    assert asked == []
    await replay(SETTINGS, [letter(2), letter(3)])
    assert asked == ["CREATE articles.replayed", "WRITE p.articles.replayed", "WRITE p.articles.raw"]
