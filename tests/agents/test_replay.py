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
from agents.topics import REPLAYED_TOPIC
from schemas.codec import encode
from schemas.records import DeadLetter
from schemas.times import LATEST

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


async def test_messages_of_other_writers_do_not_keep_letters_from_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their keys may be no text, and their time stamps no time."""
    whole = orjson.loads(encode(letter(5).letter))
    values = [whole, whole | {"value": "a"}, whole | {"key_base64": "a"}, whole | {"value": "ü"}, [[]], whole]
    values += [whole | {"headers_base64": [{"name": "x", "value": "a"}]}]
    stamps = [1000, 1000, 1000, 1000, 1000, 2**62, 1000]

    async def messages_to_end(_: Settings, topic: str) -> AsyncIterator[SimpleNamespace]:
        if topic == REPLAYED_TOPIC:
            for key in (b"\xff", b"", b"0:5"):
                yield SimpleNamespace(key=key, value=b"{}", timestamp=2**62)
        else:
            for offset, (value, stamp) in enumerate(zip(values, stamps, strict=True)):
                data = orjson.dumps(value)
                yield SimpleNamespace(partition=0, offset=offset, value=data, timestamp=stamp, headers=[])

    monkeypatch.setattr(dead_letters, "messages_to_end", messages_to_end)
    found = [stored async for stored in dead_letters.read(SETTINGS)]
    assert [(stored.id, stored.replayed_at) for stored in found] == [("0:0", None), ("0:5", LATEST)]
    assert [stored.id async for stored in dead_letters.read(SETTINGS, until=datetime.now(UTC))] == ["0:0"]


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
