"""Whatever a person gets wrong is told in one line on stderr, with an exit code that means something."""

import errno
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import tracemalloc
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import pytest

from agents.broker import EmbeddedBroker
from agents.cli import articles, console, stages
from agents.cli.errors import KNOWN, CommandError, ExitCode, explained
from agents.headers import installed_version
from agents.imports.csv_rows import ColumnsError
from agents.processes import module_command
from agents.saved_searches.outbox import Outbox
from agents.settings import Settings
from schemas import asyncapi
from tests.cli.conftest import Cli


@pytest.mark.parametrize("name", KNOWN)
def test_known_errors_exist(name: str) -> None:
    assert issubclass(resolve_name(name), Exception)


def test_what_is_raised_among_tasks_is_told_as_well() -> None:
    mistake = explained(ExceptionGroup("tasks", [ColumnsError("no column 'x'")]))
    assert mistake is not None
    assert (str(mistake), mistake.code) == ("no column 'x'", ExitCode.USAGE)
    assert explained(ExceptionGroup("tasks", [ColumnsError("no column 'x'"), KeyError("a bug")])) is None


def test_an_error_of_the_system_is_told_without_its_number() -> None:
    for error, words in (
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.EISDIR, "Is a directory", "archiv"), "archiv: Is a directory"),
        (OSError("the line is dead"), "the line is dead"),
    ):
        assert str(explained(error)) == words


def test_a_bug_is_no_mistake_of_the_person_at_the_terminal(quick: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(asyncapi, "documents", broken)
    with pytest.raises(KeyError, match="a bug"):
        quick("schema")


def told(result: object) -> str:
    """The one line; fails on a traceback or on more than a line."""
    text = result.stderr.decode()  # type: ignore[attr-defined]
    assert "Traceback" not in text
    (line,) = text.strip().splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["produce"], "Missing argument"),
        (["produce", "nirgends.txt"], "nirgends.txt: no such file"),
        (["run", "nirgends"], "nirgends: no such file or folder"),
        (["consume", "quotes", "--limit", "0"], "--limit"),
        (["worker", "--stage", "kochen"], "no stage 'kochen'; the stages are clean, entities, quotes"),
        (["schema", "rezept"], "no document 'rezept'; there are asyncapi, clean-article"),
        (["clean", "nirgends.txt"], "nirgends.txt: no such file"),
        (["evaluate", "entities", "nirgends.jsonl"], "nirgends.jsonl: no such file"),
        (["dead-letters", "list", "--stage", "kochen"], "no stage 'kochen'"),
        (["dead-letters", "list", "--reason", "Laune"], "no reason 'Laune'; there are malformed-json"),
        (["dead-letters", "list", "--since", "gestern"], "'gestern' is no time"),
        (["dead-letters", "list", "--since", "99999999999d"], "'99999999999d' is no time"),
        (["dead-letters", "list", "--since", "0001-01-01T00:00+14:00"], "is no time"),
        (["dead-letters", "replay", "3:1", "--stage", "clean"], "either ids or"),
        (["broker", "--port", "70000"], "--port"),
        (["produce", ""], "an argument is empty"),
        (["sink", "parquet", ""], "an argument is empty"),
        (["sink", "opensearch", "anderswo"], "not an address"),
    ],
)
def test_wrong_usage(quick: Cli, arguments: list[str], words: str) -> None:
    result = quick(*arguments)
    assert result.returncode == ExitCode.USAGE
    assert words in told(result)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"REDEFLUSS_PARTITIONS": "viele"}, "REDEFLUSS_PARTITIONS=viele"),
        ({"REDEFLUSS_PARTITIONS": "100000000000"}, "REDEFLUSS_PARTITIONS=100000000000"),
        ({"REDEFLUSS_BROKER": "http://anderswo"}, "REDEFLUSS_BROKER=http://anderswo"),
        ({"REDEFLUSS_BROKER": "kafka://a..b:1"}, "REDEFLUSS_BROKER=kafka://a..b:1"),
        ({"REDEFLUSS_TOPIC_PREFIX": "a" * 201}, "REDEFLUSS_TOPIC_PREFIX=aaa"),
        ({"REDEFLUSS_DATA_DIR": "~niemand-hier/x"}, "REDEFLUSS_DATA_DIR=~niemand-hier/x"),
        ({"REDEFLUSS_WEB_TOKEN_FILE": "~niemand-hier/x"}, "TOKEN_FILE=~niemand-hier/x: there is no such user"),
        ({"REDEFLUSS_RETENTION_HOURS": "inf"}, "REDEFLUSS_RETENTION_HOURS=inf: Input should be a finite number"),
        ({"REDEFLUSS_STATEMENT_DAYS": "inf"}, "REDEFLUSS_STATEMENT_DAYS=inf: Input should be a finite number"),
        ({"REDEFLUSS_SASL_MECHANISM": "PLAIN"}, "sasl_mechanism needs sasl_username"),
    ],
)
def test_wrong_settings_are_named(quick: Cli, variables: dict[str, str], words: str) -> None:
    result = quick("settings", **variables)
    assert result.returncode == ExitCode.USAGE
    assert words in told(result)


def test_a_path_may_begin_with_the_home_folder(quick: Cli, folder: Path) -> None:
    (folder / "ca.pem").touch()
    (folder / ".env").write_text("REDEFLUSS_GAZETTEER=~/people.csv\nREDEFLUSS_TLS_CA_FILE=~/ca.pem\n")
    result = quick("settings", HOME=str(folder), REDEFLUSS_TLS="true")
    assert result.returncode == ExitCode.OK, result.stderr
    values = {row["variable"]: row["value"] for row in json.loads(result.stdout)["settings"]}
    assert values["REDEFLUSS_GAZETTEER"] == str(folder / "people.csv")
    assert values["REDEFLUSS_TLS_CA_FILE"] == str(folder / "ca.pem")


def test_a_line_of_the_file_of_settings_that_cannot_be_read(quick: Cli, folder: Path) -> None:
    (folder / ".env").write_text('# nur drei\nREDEFLUSS_PARTITIONS="3\n')
    result = quick("settings")
    assert (result.returncode, result.stdout) == (ExitCode.USAGE, b"")
    assert told(result) == "redefluss: .env: could not parse statement starting at line 2"


def test_a_variable_that_is_no_setting_is_told_once(quick: Cli) -> None:
    line = "there is no setting REDEFLUSS_PARTITION (is REDEFLUSS_PARTITIONS meant?)"
    result = quick("settings", REDEFLUSS_PARTITION="3")
    assert (result.returncode, told(result)) == (ExitCode.OK, f"redefluss: warning: {line}")
    result = quick("sink", "webhook", "https://redaktion.example/")
    assert result.stderr.decode().splitlines()[0] == f"redefluss: warning: {line}"
    assert result.stderr.decode().count(line) == 1
    result = quick("topics", "list", REDEFLUSS_PARTITIONS="viele")
    assert told(result).endswith(f"; {line}"), "beside what is wrong it may be the reason"


def test_a_process_that_logs_does_so_of_a_variable_that_is_no_setting(quick: Cli) -> None:
    result = quick("worker", "--stage", "kochen", REDEFLUSS_WEBPORT="1", REDEFLUSS_LOG_FORMAT="json")
    event, _ = result.stderr.splitlines()
    assert json.loads(event)["level"] == "WARNING"
    assert json.loads(event)["message"] == "there is no setting REDEFLUSS_WEBPORT (is REDEFLUSS_WEB_PORT meant?)"


@pytest.mark.parametrize(
    "arguments",
    [["consume", "quotes"], ["produce", "-"]],
)
def test_a_broker_that_does_not_answer(quick: Cli, environment: dict[str, str], arguments: list[str]) -> None:
    result = quick(*arguments, stdin=b"Hallo")
    assert result.returncode == ExitCode.UNREACHABLE
    lines = result.stderr.decode().strip().splitlines()
    assert environment["REDEFLUSS_BROKER"].removeprefix("kafka://") in lines[-1]
    assert "no broker" in lines[-1]
    assert len(lines) <= 2, "at most a word that it waits, and the end"


def test_a_certificate_that_is_not_there(quick: Cli) -> None:
    result = quick("topics", REDEFLUSS_TLS="true", REDEFLUSS_TLS_CA_FILE="nirgends.pem")
    assert result.returncode == ExitCode.USAGE
    assert "there is no file nirgends.pem" in told(result)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"{", "malformed-json"),
        (b"\x1f\x8b\x00", "gzip"),
        (b'{"text": "a"}\n{"text": "b"}', "several articles"),
    ],
)
def test_a_file_that_is_no_article(quick: Cli, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    result = quick("quotes", str(path))
    assert result.returncode == ExitCode.USAGE
    assert words in told(result)


def test_no_more_is_read_than_an_article_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """`redefluss quotes /dev/zero` took all memory, and so did a gzip file of a few megabytes."""
    monkeypatch.setattr(articles, "DOCUMENT_BYTES", 1_000_000)
    with pytest.raises(CommandError, match="/dev/zero: no article has more than 1,000,000 bytes"):
        stages.read_record("/dev/zero", Settings())
    data = gzip.compress(bytes(50_000_000), 1)
    tracemalloc.start()
    assert stages._later_record("a.json.gz", data) is None
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000


def test_an_article_that_a_stage_refuses(quick: Cli, tmp_path: Path) -> None:
    path = tmp_path / "english.txt"
    path.write_text("The mayor said on Monday that the harbour would be closed for the whole winter. " * 5)
    result = quick("quotes", str(path))
    assert result.returncode == ExitCode.INCOMPLETE
    assert "unsupported-language" in told(result)


@pytest.mark.parametrize("name", ["gibt_es_nicht", "pytest"])
def test_a_model_that_is_not_installed_or_no_model(quick: Cli, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Die Bürgermeisterin sagte am Montag, der Hafen werde geschlossen. " * 5, encoding="utf-8")
    result = quick("entities", str(path), REDEFLUSS_MODEL_DE=name)
    assert result.returncode == ExitCode.USAGE
    assert name in told(result)


def test_a_folder_where_one_article_is_needed(quick: Cli, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Der Rat hat am Montag beraten.")
    result = quick("quotes", str(tmp_path))
    assert (result.returncode, "2 files in it" in told(result)) == (ExitCode.USAGE, True)


def test_a_folder_for_data_that_is_none(quick: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    result = quick("worker", REDEFLUSS_DATA_DIR=str(path))
    assert (result.returncode, told(result)) == (ExitCode.USAGE, f"redefluss: REDEFLUSS_DATA_DIR={path}: not a folder")


def test_a_file_of_what_waits_for_receivers_that_is_damaged(quick: Cli, folder: Path, tmp_path: Path) -> None:
    (folder / "searches.toml").write_text('[[searches]]\nname = "a"\nsearch = "q=b"\nurl = "https://e.example"\n')
    assert quick("watch", "searches.toml", "--dead").returncode == ExitCode.OK
    (path,) = (tmp_path / "data").rglob("*.watch")
    path.write_bytes(b"no database" * 1000)
    result = quick("watch", "searches.toml", "--dead")
    assert (result.returncode, told(result)) == (ExitCode.USAGE, f"redefluss: {path}: file is not a database")


def test_only_one_watch_sends_what_waits_for_receivers(
    quick: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "searches.toml").write_text('[[searches]]\nname = "a"\nsearch = "q=b"\nurl = "https://e.example"\n')
    secret = {"REDEFLUSS_WEBHOOK_SECRET": "geheim"}
    quick("watch", "searches.toml", "--dead")
    (path,) = (tmp_path / "data").rglob("*.watch")
    running = Outbox(path)
    assert running.claim()
    result = quick("watch", "searches.toml", **secret)
    assert (result.returncode, "another `redefluss watch` runs" in told(result)) == (ExitCode.USAGE, True)
    running.mark("a", 0.0, 0, store=1)
    running.put("a", [("1", '{"text":"\x9b2J"}'.encode())], 1, 0.0)
    running.refuse([num for num, _ in running.waiting("a", 10)], 0.0, "answered 400")
    refused = quick("watch", "searches.toml", "--dead").stdout
    assert json.loads(refused)["why"] == "answered 400"
    with monkeypatch.context() as on_terminal:
        on_terminal.setattr(console, "for_people", lambda: True)
        shown = quick("watch", "searches.toml", "--dead").stdout
    assert "\x9b" not in shown.decode()
    assert json.loads(shown) == json.loads(refused)
    result = quick("watch", "searches.toml", "--again", **secret)
    assert (result.returncode, told(result)) == (ExitCode.OK, "1 item once more")
    assert len(running.waiting("a", 10)) == 1
    running.close()


def test_an_argument_that_is_no_utf_8(quick: Cli, environment: dict[str, str]) -> None:
    with EmbeddedBroker(port=0) as running:
        result = quick("withdraw", "\udcff", REDEFLUSS_BROKER=running.address)
    assert (result.returncode, "no UTF-8" in told(result)) == (ExitCode.USAGE, True)


def test_a_setting_that_is_no_utf_8(quick: Cli) -> None:
    """As the name of a folder that comes from a machine with another encoding."""
    result = quick("worker", REDEFLUSS_DATA_DIR="/data/D\udce4ten")
    assert result.returncode == ExitCode.USAGE
    assert re.fullmatch(r"redefluss: REDEFLUSS_DATA_DIR=/data/D.+ten: it has to be UTF-8", told(result))


@pytest.mark.parametrize("closed", [0, 1])
def test_standard_streams_that_are_closed(environment: dict[str, str], folder: Path, closed: int) -> None:
    command = module_command("agents.cli", "settings" if closed else "clean", *([] if closed else ["-"]))
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *command],
        capture_output=True, cwd=folder, env=environment, timeout=100, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.returncode == (ExitCode.OK if closed else ExitCode.USAGE)


def test_nobody_reads_the_results(environment: dict[str, str], folder: Path) -> None:
    done = _with_closed_pipe("stdout", environment, folder, "schema")
    assert (done.returncode, done.stderr) == (ExitCode.OK, b"")


def test_all_is_sent_though_nobody_reads_the_notes(quick: Cli, environment: dict[str, str], folder: Path) -> None:
    for number in range(4):
        (folder / f"{number}.txt").write_text("Der Deich hält." if number == 3 else "")
    with EmbeddedBroker(port=0) as running:
        variables = environment | {"REDEFLUSS_BROKER": running.address}
        done = _with_closed_pipe("stderr", variables, folder, "produce", ".")
        sent = quick(
            "consume", "articles.raw", "--from-beginning", "--until-caught-up", REDEFLUSS_BROKER=running.address
        )
    assert (done.returncode, len(sent.stdout.splitlines())) == (ExitCode.INCOMPLETE, 1)


def _with_closed_pipe(
    stream: str, environment: dict[str, str], folder: Path, *command: str
) -> subprocess.CompletedProcess[bytes]:
    """A command whose stdout or stderr is a pipe that its reader has closed, as `| head -1` does."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            module_command("agents.cli", *command),
            stdout=writing if stream == "stdout" else subprocess.PIPE,
            stderr=writing if stream == "stderr" else subprocess.PIPE,
            cwd=folder, env=environment, timeout=100, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)


def test_ports_that_are_taken(quick: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = quick("broker", "--port", port)
        assert result.returncode == ExitCode.USAGE
        assert f"cannot listen on 127.0.0.1:{port}" in told(result)
        result = quick("broker", REDEFLUSS_BROKER=f"kafka://localhost:{port}")
        assert result.returncode == ExitCode.USAGE
        assert f"cannot listen on 127.0.0.1:{port}" in told(result)
        result = quick("run", "--exit", REDEFLUSS_WEB_PORT=port)
        assert result.returncode == ExitCode.USAGE
        assert f"cannot listen on 127.0.0.1:{port}" in result.stderr.decode().splitlines()[-1]


def test_the_embedded_broker_is_not_at_another_machine_s_address(quick: Cli) -> None:
    result = quick("broker", REDEFLUSS_BROKER="kafka://kafka.example:9092")
    assert result.returncode == ExitCode.USAGE
    assert "REDEFLUSS_BROKER is kafka://kafka.example:9092: give --port" in told(result)


def test_something_else_at_the_brokers_address(quick: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    connection.close()
            except OSError:
                return

        threading.Thread(target=answer, daemon=True).start()
        result = quick("topics", REDEFLUSS_BROKER=f"kafka://127.0.0.1:{port}")
        server.close()
    assert result.returncode == ExitCode.UNREACHABLE
    assert f"no broker at 127.0.0.1:{port}" in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_training_without_its_extra_names_the_command(quick: Cli) -> None:
    result = quick("train", "quotes", "nirgends", "--output", "out")
    assert result.returncode == ExitCode.USAGE
    expected = "nirgends: no such file" if find_spec("torch") else "make install-train"
    assert expected in told(result)


def test_training_of_names_says_in_a_line_what_it_lacks(quick: Cli, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    for arguments, expected in (
        (("nirgends", "--output", str(tmp_path / "out")), "nirgends/ner/germeval-2014.jsonl.gz: No such file"),
        (("nirgends", "--output", str(tmp_path / "taken")), "taken is there already"),
        (("nirgends", "--output", str(tmp_path / "out"), "--reader", "keiner"), "the model in keiner cannot be loaded"),
    ):
        result = quick("train", "entities", "--corpus", str(tmp_path), *arguments)
        assert result.returncode == ExitCode.USAGE
        assert expected in told(result)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_the_command_is_imported(number: signal.Signals) -> None:
    code = f"""
import os, sys
from agents.cli.entry_point import main

class Interrupting:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), {number.value})

sys.meta_path.insert(0, Interrupting())
main()
"""
    done = subprocess.run([sys.executable, "-c", code, "settings"], capture_output=True, timeout=100, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.INTERRUPTED, b"", b"")


def test_without_a_command_the_commands_are_listed(quick: Cli) -> None:
    said = quick()
    assert said.returncode == ExitCode.USAGE
    assert b"Usage: redefluss [OPTIONS] COMMAND" in said.stderr
    assert b"dead-letters" in said.stderr


def test_the_version_is_told(quick: Cli) -> None:
    said = quick("--version")
    assert (said.returncode, said.stdout.decode()) == (ExitCode.OK, f"redefluss {installed_version()}\n")
