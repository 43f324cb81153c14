"""The commands that talk to a broker, on the embedded one and on Apache Kafka."""

import asyncio
import base64
import json
import re
import signal
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from agents.cli.consume import TablePrinter, as_line, in_words
from agents.cli.dead_letters import _readable
from agents.cli.errors import ExitCode
from agents.processes import module_command
from agents.settings import Settings
from agents.topic_reader import FETCH_SECONDS
from pipeline.stages import topic_names
from schemas.codec import encode
from tests.cli.conftest import Cli
from tests.sinks import records
from tests.statements.records import given_out, record

pytestmark = pytest.mark.usefixtures("broker")


def rows(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def send(broker: str, topic: str, *messages: tuple[bytes | None, bytes | None]) -> None:
    """Messages as another producer sends them."""

    async def run() -> None:
        servers = Settings(broker=broker).bootstrap_servers
        async with AIOKafkaProducer(bootstrap_servers=servers, max_batch_size=1, acks="all") as producer:
            for key, value in messages:
                await producer.send_and_wait(topic, value, key=key, partition=0, headers=[("von", b"uns")])

    asyncio.run(run())


def consumed(quick: Cli, topic: str, *options: str) -> list[dict[str, Any]]:
    result = quick("consume", topic, "--from-beginning", "--until-caught-up", *options)
    assert result.returncode == ExitCode.OK, result.stderr
    return rows(result.stdout)


def test_topics_are_created_listed_and_measured(quick: Cli) -> None:
    assert quick("topics").stdout == b""
    created = rows(quick("topics", "create").stdout)
    assert {row["name"] for row in created} >= set(topic_names())
    assert all(row["created"] and row["partitions"] == (1 if row["name"] == "workers" else 4) for row in created)
    assert not any(row["created"] for row in rows(quick("topics", "create").stdout))
    assert {row["name"] for row in rows(quick("topics", "list").stdout)} >= set(topic_names())
    assert quick("produce", "-", stdin=b"Hallo, Welt.").stderr == b"Sent 1 to articles.raw; refused 0\n"
    lags = rows(quick("topics", "lag").stdout)
    assert sum(row["lag"] for row in lags if row["stage"] == "clean") == 1
    assert sum(row["lag"] for row in lags if row["stage"] != "clean") == 0


def test_what_is_produced_can_be_consumed(quick: Cli, folder: Path) -> None:
    (folder / "a.txt").write_text("Guten Morgen.", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"id": "b-1", "text": "eins"}\nkaputt\n{"id": "b-2", "text": "zwei"}\n')
    result = quick("produce", ".")
    assert result.returncode == ExitCode.INCOMPLETE
    assert "refused: b.jsonl:2: malformed-json" in result.stderr.decode()
    assert "Sent 3 to articles.raw; refused 1" in result.stderr.decode()
    got = consumed(quick, "articles.raw")
    assert {row["key"] for row in got} > {"b-1", "b-2"}
    first = next(row for row in got if row["key"] == "b-1")
    assert list(first) == ["topic", "partition", "offset", "timestamp", "key", "headers", "value"]
    assert first["value"] == {"id": "b-1", "text": "eins"}
    assert len(consumed(quick, "articles.raw", "--limit", "2")) == 2


def test_of_many_articles_that_are_refused_the_first_are_named(quick: Cli, folder: Path) -> None:
    (folder / "a.jsonl").write_text("kaputt\n" * 22, encoding="utf-8")
    for command in ("produce", "import"):
        result = quick(command, "a.jsonl")
        *refused, more, end = result.stderr.decode().splitlines()
        assert result.returncode == ExitCode.INCOMPLETE
        assert len(refused) == 20
        assert refused[-1].startswith("refused: a.jsonl:20: malformed-json")
        assert (more, end) == ("… and 2 more", "Sent 0 to articles.raw; refused 22")


def test_that_there_is_no_article_is_said(quick: Cli, folder: Path) -> None:
    (folder / "a.jsonl").write_text("\n", encoding="utf-8")
    for command in ("produce", "import"):
        result = quick(command, "a.jsonl")
        assert result.returncode == ExitCode.INCOMPLETE
        assert result.stderr.decode() == "Sent 0 to articles.raw; refused 0; there was no article\n"


NESTED = b'{"title": "tief", "meta": ' + b"[" * 300 + b"]" * 300 + b"}"
"""orjson reads more levels than it writes."""


def test_what_is_nested_too_deeply_stands_in_base64_and_the_rest_is_printed(quick: Cli, broker: str) -> None:
    quick("topics", "create")
    send(broker, "articles.raw", (b"deep", NESTED), (b"k", b'{"id": "b-1"}'))
    deep, plain = consumed(quick, "articles.raw")
    assert base64.b64decode(deep["value_base64"]) == NESTED
    assert "value" not in deep
    assert plain["value"] == {"id": "b-1"}


def test_integers_of_any_size_are_printed_as_they_are() -> None:
    number = b"[123456789012345678901234567890]"
    place = {"topic": "t", "partition": 0, "offset": 7, "timestamp": 0}
    line = as_line(SimpleNamespace(**place, key=b"k", headers=(), value=number))  # type: ignore[arg-type]
    assert number in line


def test_a_dead_letter_that_is_nested_too_deeply_is_shown_as_text() -> None:
    assert _readable(NESTED) == {"value_text": NESTED.decode()}
    assert _readable(b"[1]") == {"value_json": [1]}


@pytest.mark.parametrize(
    "value",
    [
        {"schema": "quote/1"},
        {"schema": "dead-letter/1", "stage": "clean"},
        {"schema": "quote/1", "quote": []},
        [1],
        None,
    ],
)
def test_any_value_can_be_said_in_words(value: object) -> None:
    assert in_words({"value": value})


@pytest.mark.parametrize("timestamp", [0, -1, 2**62])
def test_a_message_is_shown_whatever_its_time_stamp(timestamp: int, capsys: pytest.CaptureFixture[str]) -> None:
    place = {"topic": "t", "partition": 0, "offset": 7, "timestamp": timestamp}
    TablePrinter().show([SimpleNamespace(**place, key=b"k", headers=(), value=b"[1]")])  # type: ignore[list-item]
    assert "0:7" in capsys.readouterr().out


def test_what_is_nested_more_deeply_than_python_writes_is_said_in_words_too() -> None:
    assert in_words({"value": orjson.loads(b"[" * 1020 + b"]" * 1020)})
    assert in_words({"value": orjson.loads(b'{"meta": ' + b"[" * 1020 + b"]" * 1020 + b"}")})


def test_every_value_is_printed(quick: Cli, broker: str) -> None:
    quick("topics", "create")
    send(broker, "articles.raw", (b"k", b"\xff\x00"), (b"\xfe", b"[1]"), (None, b""), (b"t", None))
    binary, array, empty, tombstone = consumed(quick, "articles.raw")
    assert base64.b64decode(binary["value_base64"]) == b"\xff\x00"
    assert "value" not in binary
    assert binary["headers"] == {"von": "uns"}
    assert (array["key"], array["value"]) == ("\\xfe", [1])
    assert (empty["key"], empty["value_base64"]) == (None, "")
    assert tombstone["value"] is None


def test_repeats_are_dropped_where_a_crash_can_make_them(quick: Cli, broker: str) -> None:
    quick("topics", "create")
    for topic in ("quotes", "articles.cleaned"):
        send(broker, topic, (b"k", b'{"a": 1}'), (b"k", b'{"a": 1}'), (b"k", b'{"a": 2}'))
    assert len(consumed(quick, "quotes")) == 2
    assert len(consumed(quick, "quotes", "--repeats")) == 3
    assert len(consumed(quick, "articles.cleaned")) == 3


def test_an_unknown_topic_names_those_there_are(quick: Cli) -> None:
    quick("topics", "create")
    result = quick("consume", "zitate")
    assert result.returncode == ExitCode.USAGE
    assert b"no topic 'zitate'; there are articles.raw" in result.stderr


def test_a_prefix_holds_for_every_command(quick: Cli) -> None:
    prefix = {"REDEFLUSS_TOPIC_PREFIX": "probe-"}
    assert b"Sent 1 to probe-articles.raw" in quick("produce", "-", stdin=b"Hallo.", **prefix).stderr
    (row,) = consumed(quick, "articles.raw")
    assert row["topic"] == "probe-articles.raw"


def test_the_topic_of_another_pipeline_is_not_taken_for_one_that_is_missing(quick: Cli, tmp_path: Path) -> None:
    """With a prefix whose topics were not made, articles of the pipeline without a prefix were shown, and a sink said
    that it had caught up."""
    quick("topics", "create")
    for command in (["consume", "articles.quotes", "--from-beginning"], ["sink", "parquet", str(tmp_path / "archive")]):
        result = quick(*command, "--until-caught-up", REDEFLUSS_TOPIC_PREFIX="probe-")
        assert (result.returncode, result.stdout) == (ExitCode.USAGE, b""), command
        assert b"redefluss: no topic 'articles.quotes'; " in result.stderr


def test_dead_letters_are_listed_shown_and_replayed_once(quick: Cli, broker: str) -> None:
    quick("topics", "create")
    letter = {
        "schema": "dead-letter/1", "stage": "clean", "reason": "malformed-json", "detail": "kein JSON",
        "topic": "articles.raw", "partition": 0, "offset": 7, "timestamp": 1, "key": "k",
        "value": base64.b64encode(b'{"text": ').decode(), "headers": {}, "attempts": 1,
    }  # fmt: skip
    send(broker, "articles.dead-letter", (b"k", json.dumps(letter).encode()))
    assert rows(quick("dead-letters", "list", "--reason", "timeout").stdout) == []
    (row,) = rows(quick("dead-letters", "list", "--stage", "clean", "--since", "1h").stdout)
    assert (row["id"], row["detail"], row["replayed"]) == ("0:0", "kein JSON", None)
    shown = json.loads(quick("dead-letters", "show", "0:0").stdout)
    assert (shown["value_text"], shown["reason"]) == ('{"text": ', "malformed-json")
    assert quick("dead-letters", "show", "0:0", "--bytes").stdout == b'{"text": '
    assert b"Would send 1" in quick("dead-letters", "replay", "--dry-run").stderr
    assert consumed(quick, "articles.raw") == []
    assert b"Sent 1 again; 0" in quick("dead-letters", "replay").stderr
    assert b"Sent 0 again; 1" in quick("dead-letters", "replay", "0:0").stderr
    (again,) = consumed(quick, "articles.raw")
    assert again["headers"]["replayed_from"] == "articles.dead-letter/0/0"
    result = quick("dead-letters", "show", f"3:{10**20}")
    assert (result.returncode, b"there is no dead letter" in result.stderr) == (ExitCode.USAGE, True)
    result = quick("dead-letters", "show", "3:99")
    assert (result.returncode, b"no dead letter 3:99" in result.stderr) == (ExitCode.USAGE, True)


def test_a_dead_letter_that_is_not_there_is_looked_for_without_making_its_topic(quick: Cli) -> None:
    begun = time.monotonic()
    for command in ("show", "replay"):
        result = quick("dead-letters", command, "0:0")
        assert (result.returncode, result.stderr) == (ExitCode.USAGE, b"redefluss: there is no dead letter 0:0\n")
    assert "articles.dead-letter" not in {row["name"] for row in rows(quick("topics").stdout)}
    quick("topics", "create")
    assert quick("dead-letters", "show", "0:0").stderr == b"redefluss: there is no dead letter 0:0\n"
    assert time.monotonic() - begun < 2 * FETCH_SECONDS


def test_articles_are_withdrawn_and_none_without_an_id(quick: Cli) -> None:
    result = quick("withdraw", "a-1", "über 2", "a-1")
    assert result.returncode == ExitCode.OK
    assert result.stderr.decode().splitlines() == ["withdrawn: a-1", "withdrawn: über 2"]
    assert {(row["key"], row["value"]) for row in consumed(quick, "articles.raw")} == {("a-1", None), ("über 2", None)}
    assert quick("withdraw", " ").returncode == ExitCode.USAGE


def test_a_withdrawn_article_leaves_statements_that_workers_do_not_know_any_more(quick: Cli, broker: str) -> None:
    words = "„Der Deich bei Sillens hält keiner Sturmflut dieses Winters stand“"
    (statement,) = given_out(record(words, "a-1"), record(words, "a-2"))
    quick("topics", "create")
    send(broker, "statements", (statement.id.encode(), encode(statement)))
    young = quick("withdraw", "a-1")
    assert (young.returncode, young.stderr.decode().splitlines()) == (ExitCode.OK, ["withdrawn: a-1"])
    assert len(consumed(quick, "statements")) == 1
    old = quick("withdraw", "a-1", REDEFLUSS_STATEMENT_DAYS="0.000000001")
    assert old.stderr.decode().splitlines() == ["withdrawn: a-1", "old statements changed: 1"]
    *_, last = consumed(quick, "statements")
    assert (last["key"], last["partition"]) == (statement.id, 0)
    assert [article["id"] for article in last["value"]["articles"]] == ["a-2"]


def test_a_sink_stores_what_is_there_and_goes_on_from_there(quick: Cli, folder: Path, broker: str) -> None:
    quick("topics", "create")
    send(broker, "articles.quotes", (b"a-1", records.article("a-1")))
    command = ("sink", "parquet", str(folder / "archive"), "--until-caught-up")
    first, again = quick(*command), quick(*command)
    assert (first.returncode, again.returncode) == (ExitCode.OK, ExitCode.OK), first.stderr + again.stderr
    assert re.search(rb"as consumer group redefluss-sink-parquet-[0-9a-f]{8}\n", first.stderr)
    assert b"1 message stored, 0 of them changed nothing, 0 taken back; 0 refused; 0 behind" in first.stderr
    written = [{row["table"]: row["rows"] for row in rows(result.stdout)} for result in (first, again)]
    assert [tables.get("articles", 0) for tables in written] == [1, 0]
    assert list((folder / "archive" / "articles").rglob("*.parquet"))


def test_what_comes_on_standard_input_is_sent_at_once_and_ctrl_c_ends_the_wait(
    cli: Cli, broker: str, environment: dict[str, str], folder: Path
) -> None:
    process = subprocess.Popen(
        module_command("agents.cli", "produce", "-"),
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(b'{"id": "a-1", "text": "Der Rat tagte."}\n')
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while b'"a-1"' not in cli("consume", "articles.raw", "--from-beginning", "--until-caught-up").stdout:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, b"Traceback" in told) == (ExitCode.INTERRUPTED, False)
