"""What a person sees on a terminal, where a pipe gets JSON."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents import topic_reader
from agents.cli import clients, console
from agents.cli.consume import TablePrinter, in_words
from agents.cli.errors import ExitCode
from tests.cli.conftest import Cli

TEXT = "Rat schließt das Freibad.\nHanna Tölke sagte: „Das tut weh.“"
SPEAKER = {
    "spans": [{"begin": 26, "end": 37}],
    "text": "Hanna Tölke",
    "entity": "per/hanna-toelke",
    "name": "Dr. Hanna Tölke",
    "kind": "person",
    "confidence": 0.9,
}
QUOTE = {
    "id": "a#0",
    "type": "Direct",
    "medium": "Speech",
    "spans": [{"begin": 45, "end": 59}],
    "text": "„Das tut weh.“",
    "speaker": SPEAKER,
    "confidence": 0.987,
}
ENTITY = {
    "id": "per/hanna-toelke",
    "name": "Dr. Hanna Tölke",
    "type": "PER",
    "roles": ["Rätin [a. D.]", "Lehrerin"],
    "affiliations": ["CDU"],
    "mentions": [{"begin": 26, "end": 37, "text": "Hanna Tölke", "kind": "name"}],
    "salience": 0.914,
}
RECORD: dict[str, Any] = {
    "schema": "clean-article/1",
    "id": "a",
    "language": "de",
    "title": "Aus für das [Freibad]",
    "authors": ["Ida Rau", "Jo Kern [dpa]"],
    "credits": ["Foto: Rau", "Karte: Kern"],
    "infobox": {"Fläche": "3 ha"},
    "text": TEXT,
    "blocks": [{"begin": 0, "end": 25, "kind": "heading"}, {"begin": 26, "end": 59, "kind": "paragraph"}],
    "removed": [{"text": "Artikel teilen", "reason": "share"}],
    "content_hash": "0",
    "simhash": "0" * 16,
}


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results go to a terminal of 400 columns."""
    monkeypatch.setattr(console, "for_people", lambda: True)
    monkeypatch.setenv("COLUMNS", "400")


def seen(quick: Cli, folder: Path, command: str, **fields: object) -> list[str]:
    """The lines that a command shows of the record, with single spaces."""
    (folder / "a.json").write_text(json.dumps(RECORD | fields), encoding="utf-8")
    result = quick(command, "a.json")
    assert result.returncode == ExitCode.OK, result.stderr
    return [" ".join(line.split()) for line in result.stdout.decode().splitlines() if line.strip()]


def test_an_article_is_shown_with_its_fields_and_what_was_removed(quick: Cli, folder: Path) -> None:
    assert seen(quick, folder, "clean") == [
        "Aus für das [Freibad]",
        "authors Ida Rau, Jo Kern [dpa]",
        "language de",
        "credits Foto: Rau; Karte: Kern",
        "infobox Fläche: 3 ha",
        "Rat schließt das Freibad.",
        "Hanna Tölke sagte: „Das tut weh.“",
        "Removed",
        "reason line",
        "share Artikel teilen",
    ]
    bare = seen(quick, folder, "clean", title=None, authors=[], credits=[], infobox={}, removed=[])
    assert bare[:2] == ["(no title)", "language de"]
    assert len(bare) == 4


def test_entities_are_shown_with_roles_and_salience(quick: Cli, folder: Path) -> None:
    assert seen(quick, folder, "entities", schema="entity-article/1", entities=[ENTITY]) == [
        "Aus für das [Freibad]",
        "entity type roles affiliations mentions salience",
        "Dr. Hanna Tölke PER Rätin [a. D.], Lehrerin CDU 1 0.91",
    ]


def test_quotes_are_shown_with_who_said_them(quick: Cli, folder: Path) -> None:
    quotes = [QUOTE, QUOTE | {"speaker": SPEAKER | {"name": None}}, QUOTE | {"speaker": None}]
    shown = seen(quick, folder, "quotes", schema="quote-article/1", quotes=quotes, title=None)
    assert shown == [
        "a",
        "speaker said type confidence",
        "Dr. Hanna Tölke „Das tut weh.“ Direct 0.99",
        "Hanna Tölke „Das tut weh.“ Direct 0.99",
        "– „Das tut weh.“ Direct 0.99",
    ]


def test_each_line_of_an_article_is_shown_with_its_rule(quick: Cli, folder: Path) -> None:
    (folder / "a.txt").write_text("Der Rat [alle] tagte am Montag lange.\n\nJetzt teilen!\n", encoding="utf-8")
    lines = [" ".join(line.split()) for line in quick("clean", "--explain", "a.txt").stdout.decode().splitlines()]
    assert lines[0] == "verdict as rule line"
    assert any(line.startswith("keep ") and "Der Rat [alle] tagte" in line for line in lines)


def test_settings_are_shown_with_unit_and_meaning_and_the_models_below(quick: Cli) -> None:
    lines = [" ".join(line.split()) for line in quick("settings").stdout.decode().splitlines()]
    assert lines[0] == "Settings (environment or .env)"
    assert "REDEFLUSS_PARTITIONS 4 8" in "\n".join(lines)
    assert "Models that ship" in lines


def test_numbers_stand_to_the_right_and_what_is_missing_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, Any]] = [{"n": 7, "what": None, "more": 1}, {"n": 12345, "what": "[b]a[/b]", "more": None}]
    console.show(rows, title="Zahlen", columns={"n": "count", "what": "what"})
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "Zahlen",
        " count  what",
        "     7  –",
        "12,345  [b]a[/b]",
    ]
    console.show([], title="Leer", columns={"n": "count"})
    assert capsys.readouterr().out.split() == ["Leer", "count"]


def test_json_is_indented(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    console.write_json({"a": 1})
    assert capfdbinary.readouterr().out == b'{\n  "a": 1\n}\n'


ARTICLE = {"title": "Rat tagt", "text": "Der Rat tagt."}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"schema": "quote/1", "quote": QUOTE}, "Dr. Hanna Tölke (Direct): „Das tut weh.“"),
        ({"schema": "quote/1", "quote": QUOTE | {"speaker": None}}, "– (Direct): „Das tut weh.“"),
        (
            ARTICLE | {"schema": "quote-article/1", "quotes": [QUOTE, QUOTE, QUOTE | {"speaker": None}]},
            "Rat tagt – 3 quotes: Dr. Hanna Tölke, –",
        ),
        (ARTICLE | {"schema": "entity-article/1", "entities": [ENTITY]}, "Rat tagt – 1 entities: Dr. Hanna Tölke"),
        (
            ARTICLE | {"schema": "clean-article/1", "title": None, "removed": [1, 2]},
            "Der Rat tagt. – 13 characters, 2 lines removed",
        ),
        (
            {"schema": "dead-letter/1", "stage": "clean", "reason": "empty", "detail": "kein Text"},
            "clean, empty: kein Text",
        ),
        (ARTICLE | {"schema": "raw-article/1"}, "Rat tagt"),
        ({"text": "Der\n  Rat"}, "Der Rat"),
        ({"url": "https://a.example/b"}, "https://a.example/b"),
        ({"title": "x" * 121}, "x" * 120),
        ({"text": "x" * 400}, "x" * 400),
        ({"text": "x" * 401}, "x" * 399 + "…"),
        ([1, "ä"], '[1,"ä"]'),
    ],
)
def test_a_message_is_a_line_or_two(value: object, words: str) -> None:
    assert in_words({"value": value}) == words


def test_what_is_no_json_is_shown_in_base64() -> None:
    assert in_words({"value_base64": "/w=="}) == "base64 /w=="


def test_a_limit_holds_over_several_lots(quick: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def connected(_: object) -> AsyncIterator[None]:
        yield None

    async def partitions_of(_: object, name: str) -> list[TopicPartition]:
        return [TopicPartition(name, 0)]

    async def batches(*_: object, **__: object) -> AsyncIterator[list[Any]]:
        for first in (0, 2, 4, 6):
            place = {"topic": "t", "partition": 0, "timestamp": 0, "key": None, "headers": (), "value": b"{}"}
            yield [SimpleNamespace(**place, offset=first + number) for number in (0, 1)]

    monkeypatch.setattr(console, "for_people", lambda: False)
    monkeypatch.setattr(clients, "connected_consumer", connected)
    monkeypatch.setattr(topic_reader, "partitions_of", partitions_of)
    monkeypatch.setattr(topic_reader, "batches", batches)
    for limit in (1, 2, 3, 5):
        lines = quick("consume", "t", "--limit", str(limit)).stdout.splitlines()
        assert [json.loads(line)["offset"] for line in lines] == list(range(limit))


def test_messages_come_under_one_heading(capsys: pytest.CaptureFixture[str]) -> None:
    def message(offset: int, key: bytes | None) -> Any:
        place = {"topic": "t", "partition": 3, "offset": offset, "timestamp": 0}
        return SimpleNamespace(**place, key=key, headers=(), value=b'{"title": "Rat [a] tagt"}')

    printer = TablePrinter()
    printer.show([message(7, b"[k]"), message(8, None)])
    printer.show([message(9, b"k")])
    lines = [" ".join(line.split()[1:]) for line in capsys.readouterr().out.splitlines()]
    assert lines == ["place key message", "3:7 [k] Rat [a] tagt", "3:8 – Rat [a] tagt", "3:9 k Rat [a] tagt"]
