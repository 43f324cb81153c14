"""Dead letters are read one by one, chosen by what they say, and found by their place."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from agents import dead_letters
from agents.dead_letters import DeadLetterError
from agents.settings import Settings
from agents.topic_reader import MessageGone, NoAnswer
from agents.topics import REPLAYED_TOPIC
from schemas.codec import encode
from schemas.times import LATEST, instant_at
from tests.agents.test_replay import SETTINGS, letter


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


async def test_letters_are_chosen_by_stage_reason_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the one time on, and before the other."""
    whole = orjson.loads(encode(letter(5).letter))

    async def messages_to_end(_: Settings, topic: str) -> AsyncIterator[SimpleNamespace]:
        choices = [("clean", "timeout"), ("clean", "empty"), ("quotes", "timeout")]
        for offset, (stage, reason) in enumerate(choices if topic != REPLAYED_TOPIC else ()):
            data = orjson.dumps(whole | {"stage": stage, "reason": reason})
            yield SimpleNamespace(partition=1, offset=offset, value=data, timestamp=offset * 1000, headers=[])

    async def chosen(**filters: Any) -> list[str]:
        return [stored.id async for stored in dead_letters.read(SETTINGS, **filters)]

    monkeypatch.setattr(dead_letters, "messages_to_end", messages_to_end)
    assert await chosen() == ["1:0", "1:1", "1:2"]
    assert await chosen(stage="clean") == ["1:0", "1:1"]
    assert await chosen(reason="timeout") == ["1:0", "1:2"]
    assert await chosen(stage="clean", reason="timeout") == ["1:0"]
    second = instant_at(1)
    assert await chosen(since=second) == ["1:1", "1:2"]
    assert await chosen(until=second) == ["1:0"]


@pytest.mark.parametrize("identifier", ["3", "3:", ":3", "a:3", "3:-1", "³:1"])
async def test_what_is_no_id_of_a_letter_is_told(identifier: str) -> None:
    with pytest.raises(DeadLetterError, match="is not an id such as 3:17"):
        await dead_letters.show(SETTINGS, identifier)


@pytest.mark.parametrize(
    ("identifier", "asked"),
    [("9" * 9 + ":1", True), ("9" * 10 + ":1", False), ("1:" + "9" * 18, True), ("1:" + "9" * 19, False)],
)
async def test_numbers_that_no_partition_and_no_offset_has_are_not_asked_for(
    monkeypatch: pytest.MonkeyPatch, identifier: str, asked: bool
) -> None:
    places: list[str] = []

    async def message_at(_: Settings, topic: str, partition: int, offset: int) -> None:
        places.append(f"{partition}:{offset}")
        raise MessageGone("deleted")

    monkeypatch.setattr(dead_letters, "message_at", message_at)
    with pytest.raises(DeadLetterError, match=f"there is no dead letter {identifier}"):
        await dead_letters.show(SETTINGS, identifier)
    assert places == ([identifier] if asked else [])


async def test_one_letter_is_shown_with_when_it_was_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message on the topic that is no letter counts as none."""

    async def message_at(_: Settings, topic: str, partition: int, offset: int) -> SimpleNamespace:
        value = encode(letter(5).letter) if offset < 9 else b"[]"
        return SimpleNamespace(partition=partition, offset=offset, value=value, timestamp=1000, headers=[])

    async def marks(_: Settings, topic: str) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(key=b"0:1", value=b"{}", timestamp=2000)
        yield SimpleNamespace(key=b"0:0", value=None, timestamp=2000)

    monkeypatch.setattr(dead_letters, "message_at", message_at)
    monkeypatch.setattr(dead_letters, "messages_to_end", marks)
    found = [await dead_letters.show(SETTINGS, f"0:{offset}") for offset in (0, 1)]
    assert [(stored.id, stored.replayed_at) for stored in found] == [("0:0", None), ("0:1", instant_at(2))]
    assert [stored.written_at for stored in found] == [instant_at(1)] * 2
    with pytest.raises(DeadLetterError, match="there is no dead letter 0:9"):
        await dead_letters.show(SETTINGS, "0:9")


@pytest.mark.parametrize(
    ("gone", "told"), [(MessageGone("deleted"), DeadLetterError), (NoAnswer("the broker gave no answer"), NoAnswer)]
)
async def test_a_letter_that_the_broker_does_not_give_is_gone_only_if_it_says_so(
    monkeypatch: pytest.MonkeyPatch, gone: Exception, told: type[Exception]
) -> None:
    async def message_at(*_: Any) -> None:
        raise gone

    monkeypatch.setattr(dead_letters, "message_at", message_at)
    with pytest.raises(told):
        await dead_letters.show(SETTINGS, "0:1")
