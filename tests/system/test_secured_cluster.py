"""On a guarded cluster: each way in works with the documented permissions alone, each that fails says why at once."""

import asyncio
import base64
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme

from agents import kafka
from agents.cli.errors import ExitCode
from agents.cli.main import execute
from agents.cli.sink import group_of
from agents.needed_permissions import of_reports, of_stages, of_web_view, on_topics
from agents.permissions import Need
from agents.settings import Settings
from agents.topics import all_names, ensure
from pipeline.stages import STAGES, stage_named
from tests.support.kafka_jars import KafkaMissing
from tests.support.missing import missing
from tests.support.ports import free_port
from tests.support.secured_kafka import PASSWORD, SecuredKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(1_000)]
prefixes = (f"s{number}." for number in itertools.count(os.getpid()))
COMES_OUT_SECONDS = 400
"""Seconds on a machine of its own; more where much else runs."""
TEXT = (
    "Die Bürgermeisterin Karla Brinkmeier hat am Montag die Pläne für den Hafen vorgestellt. "
    "„Wir bauen den Hafen im nächsten Jahr um“, sagte Brinkmeier vor dem Rathaus. "
    "Der Umbau soll nach Angaben der Stadt zwei Jahre dauern und den Verkehr kaum stören."
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[SecuredKafka]:
    try:
        with SecuredKafka() as broker:
            yield broker
    except KafkaMissing as error:
        missing(error)


class Client:
    """Runs commands as one user of the cluster, on topics of a prefix of its own.

    Args:
        cluster: where.
        folder: where the commands run.
        monkeypatch: sets their environment, since they run within this process, which saves their start.
        captured: what they print.
    """

    def __init__(
        self,
        cluster: SecuredKafka,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        captured: pytest.CaptureFixture[bytes],
    ) -> None:
        self.cluster, self.folder = cluster, folder
        self._monkeypatch, self._captured = monkeypatch, captured
        self.prefix = next(prefixes)
        self.environment = {
            "REDEFLUSS_TOPIC_PREFIX": self.prefix,
            "REDEFLUSS_DATA_DIR": str(folder / "data"),
            "REDEFLUSS_PARTITIONS": "2",
            "REDEFLUSS_PROCESSES": "1",
            "REDEFLUSS_MODEL_DE": "rules",
            "REDEFLUSS_QUOTE_MODEL": "rules",
            "REDEFLUSS_WEB_ENABLED": "false",
            "REDEFLUSS_BROKER": cluster.address,
        }

    def use(self, **variables: str) -> None:
        self.environment |= variables

    def log_in(self, user: str, mechanism: str = "SCRAM-SHA-512") -> None:
        """As `user`, over TLS."""
        self.use(
            REDEFLUSS_BROKER=self.cluster.address_of("LOGIN"),
            REDEFLUSS_TLS="true",
            REDEFLUSS_TLS_CA_FILE=str(self.cluster.ca_file),
            REDEFLUSS_SASL_MECHANISM=mechanism,
            REDEFLUSS_SASL_USERNAME=user,
            REDEFLUSS_SASL_PASSWORD=PASSWORD,
        )

    def allow(self, user: str, needs: Iterable[Need]) -> None:
        """These permissions, and no others."""
        asyncio.run(self.cluster.allow(user, needs))

    @property
    def settings(self) -> Settings:
        return settings_of(self.environment)

    @property
    def administrator(self) -> Settings:
        """The same over the plain listener, where everything is allowed."""
        kept = {name: value for name, value in self.environment.items() if "TLS" not in name and "SASL" not in name}
        return settings_of(kept | {"REDEFLUSS_BROKER": self.cluster.address})

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and errors of a command."""
        for name in [*os.environ]:
            if name.startswith("REDEFLUSS_"):
                self._monkeypatch.delenv(name)
        for name, value in self.environment.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.chdir(self.folder)
        self._captured.readouterr()
        code = execute(arguments)
        out, err = self._captured.readouterr()
        return code, out.decode(), err.decode()

    def fails(self, *arguments: str) -> tuple[int, str]:
        """The exit code and the one line of a command that cannot work."""
        code, _, text = self.run(*arguments)
        (line,) = [line for line in text.splitlines() if line.startswith("redefluss: ")]
        return code, line

    def start_worker(self, *stages: str) -> subprocess.Popen[bytes]:
        named = [word for stage in stages for word in ("--stage", stage)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REDEFLUSS_")}
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "agents.cli", "worker", *named],
                cwd=self.folder,
                env=kept | {"PYTHONPATH": str(Path(__file__).parents[2])} | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8")

    def needs(self, operation: Any, *names: str) -> list[Need]:
        return on_topics(self.settings, operation, *names)


def settings_of(environment: dict[str, str]) -> Settings:
    names = {name.removeprefix("REDEFLUSS_").lower(): value for name, value in environment.items()}
    return Settings(_env_file=None, **names)  # type: ignore[call-arg,arg-type]


@pytest.fixture
def bare(
    cluster: SecuredKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Client:
    """A user's commands, without topics."""
    return Client(cluster, tmp_path, monkeypatch, capfdbinary)


@pytest.fixture
def client(bare: Client) -> Client:
    """The same with topics that an administrator has made."""
    asyncio.run(ensure(bare.administrator))
    return bare


def article(folder: Path, identifier: str) -> str:
    """A file with an article."""
    path = folder / f"{identifier}.json"
    path.write_text(json.dumps({"id": identifier, "text": TEXT, "title": "Der Hafen"}), encoding="utf-8")
    return str(path)


# What does not fit is said at once, by every command, with an exit code of its own.

COMMANDS: list[tuple[str, ...]] = [("topics", "list"), ("worker",), ("withdraw", "a"), ("consume", "quotes")]


@pytest.mark.parametrize(
    ("arguments", "mechanism"), [(words, "SCRAM-SHA-512") for words in COMMANDS] + [(COMMANDS[0], "PLAIN")]
)
def test_a_wrong_password(bare: Client, arguments: tuple[str, ...], mechanism: str) -> None:
    bare.log_in("worker", mechanism)
    bare.use(REDEFLUSS_SASL_PASSWORD="falsch")
    code, line = bare.fails(*arguments)
    assert code == ExitCode.REFUSED
    assert "refuses the log-in" in line
    assert "falsch" not in line


def test_a_log_in_that_is_not_offered(bare: Client) -> None:
    bare.log_in("worker", "SCRAM-SHA-256")
    code, line = bare.fails("topics")
    assert (code, "offers no log-in by SCRAM-SHA-256" in line) == (ExitCode.REFUSED, True), line


def test_a_log_in_that_is_missing_and_one_too_many(bare: Client, cluster: SecuredKafka) -> None:
    bare.use(REDEFLUSS_BROKER=cluster.address_of("OPENLOGIN"))
    code, line = bare.fails("topics")
    assert (code, "wants a log-in: REDEFLUSS_SASL_MECHANISM" in line) == (ExitCode.REFUSED, True), line
    bare.log_in("worker")
    bare.use(REDEFLUSS_BROKER=cluster.address, REDEFLUSS_TLS="false")
    code, line = bare.fails("topics")
    assert (code, "takes no log-in on that port" in line) == (ExitCode.REFUSED, True), line


def test_what_is_wrong_with_tls(bare: Client, cluster: SecuredKafka, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.pem"
    trustme.CA().cert_pem.write_to_path(foreign)
    tls = {"REDEFLUSS_TLS": "true", "REDEFLUSS_TLS_CA_FILE": str(cluster.ca_file)}
    other_name = {"REDEFLUSS_BROKER": f"kafka://localhost:{cluster.ports['TLS']}"}
    cases: list[tuple[dict[str, str], str, int]] = [
        ({"REDEFLUSS_TLS": "false"}, "wants TLS: REDEFLUSS_TLS=true", ExitCode.REFUSED),
        (tls | {"REDEFLUSS_TLS_CA_FILE": str(foreign)}, "is not trusted", ExitCode.REFUSED),
        (tls | other_name, "is for another name", ExitCode.REFUSED),
        (tls | {"REDEFLUSS_BROKER": cluster.address_of("MUTUAL")}, "wants a client's certificate", ExitCode.REFUSED),
        (tls | {"REDEFLUSS_BROKER": cluster.address}, "speaks no TLS on that port", ExitCode.REFUSED),
        (tls | {"REDEFLUSS_TLS_CA_FILE": "nirgends.pem"}, "there is no file nirgends.pem", ExitCode.USAGE),
    ]
    before = dict(bare.environment)
    for variables, words, expected in cases:
        bare.environment = before | {"REDEFLUSS_BROKER": cluster.address_of("TLS")} | variables
        code, line = bare.fails("topics")
        assert (code, words in line) == (expected, True), line
    bare.environment = before | tls | other_name
    code, line = bare.fails("worker")
    assert (code, "is for another name" in line) == (ExitCode.REFUSED, True), line


# A missing permission is named, with what it is on, and does not look as if all were well.


def test_a_worker_names_what_it_lacks_and_ends(client: Client) -> None:
    client.log_in("worker")
    needs = of_stages(client.settings, [stage_named("clean")])
    group = Need("READ", "group", f"{client.prefix}redefluss-clean")
    for left_out, told in (
        (group, f"READ on the group {group.name}"),
        (client.needs("WRITE", "articles.cleaned")[0], f"DESCRIBE on the topic {client.prefix}articles.cleaned"),
    ):
        client.allow("worker", [need for need in needs if need != left_out])
        code, line = client.fails("worker", "--stage", "clean")
        assert (code, line) == (ExitCode.FORBIDDEN, f"redefluss: the log-in lacks {told}")


def test_commands_name_what_they_lack(client: Client) -> None:
    client.log_in("nobody")
    client.allow("nobody", ())
    names = ", ".join(sorted(map(client.settings.topic, all_names())))
    hidden = [
        (("topics", "list"), f"lacks DESCRIBE on the topics {names}"),
        (("dead-letters", "list"), f"lacks READ on the topics {client.prefix}articles.dead-letter"),
        (("consume", "quotes"), f"lacks DESCRIBE on the topic {client.prefix}quotes"),
        (("withdraw", "a"), f"lacks DESCRIBE on the topic {client.prefix}articles.raw"),
        (("topics", "lag"), "lacks DESCRIBE on the topics"),
        (("sink", "parquet", "tables"), f"lacks READ on the group {client.prefix}redefluss-sink-parquet-"),
    ]
    seen = [
        (("consume", "quotes"), f"lacks READ on the topic {client.prefix}quotes"),
        (("withdraw", "a"), f"lacks WRITE on the topic {client.prefix}articles.raw"),
        (("dead-letters", "list"), f"lacks READ on the topics {client.prefix}articles.dead-letter"),
        (("topics", "lag"), f"lacks DESCRIBE on the group {client.prefix}redefluss-clean"),
    ]
    for arguments, words in hidden:
        code, line = client.fails(*arguments)
        assert (code, words in line) == (ExitCode.FORBIDDEN, True), line
    client.allow("nobody", client.needs("DESCRIBE", *all_names()))
    for arguments, words in seen:
        code, line = client.fails(*arguments)
        assert (code, words in line) == (ExitCode.FORBIDDEN, True), line
    client.allow("nobody", client.needs("DESCRIBE", "articles.raw"))
    code, out, _ = client.run("topics", "list")
    assert [json.loads(row)["name"] for row in out.splitlines()] == [f"{client.prefix}articles.raw"]
    assert code == ExitCode.FORBIDDEN


def test_topics_that_may_not_be_created(bare: Client) -> None:
    bare.log_in("administrator")
    bare.allow("administrator", bare.needs("DESCRIBE", *all_names()))
    code, line = bare.fails("topics", "create")
    assert (code, "lacks CREATE on the topics" in line) == (ExitCode.FORBIDDEN, True), line
    bare.allow("administrator", [*bare.needs("DESCRIBE", *all_names()), *bare.needs("CREATE", *all_names())])
    assert bare.run("topics", "create")[0] == ExitCode.OK


# With the documented permissions alone everything works, by each way in.


def through_all_stages(client: Client, identifier: str, *stages: str) -> None:
    """A worker of these stages (none: all), and an article that an administrator sends; returns when it came out."""

    async def send_and_wait() -> Any:
        settings = client.administrator
        producer = kafka.producer(settings, embedded=False)
        await producer.start()
        value = json.dumps({"id": identifier, "text": TEXT, "title": "Der Hafen"}).encode()
        await producer.send_and_wait(settings.topic("articles.raw"), value, identifier.encode())
        await producer.stop()
        consumer = kafka.consumer(settings, settings.topic("articles.quotes"))
        await consumer.start()
        try:
            return await asyncio.wait_for(consumer.getone(), COMES_OUT_SECONDS)
        except TimeoutError:
            raise AssertionError(client.log()[-4000:]) from None
        finally:
            await consumer.stop()

    worker = client.start_worker(*stages)
    try:
        assert asyncio.run(send_and_wait()).key == identifier.encode()
        worker.terminate()
        assert worker.wait(COMES_OUT_SECONDS) == ExitCode.OK
    finally:
        worker.kill()
        worker.wait()
    assert "lacks" not in client.log()


def test_a_worker_with_scram_and_the_web_view(client: Client) -> None:
    client.log_in("worker")
    client.use(REDEFLUSS_WEB_ENABLED="true", REDEFLUSS_WEB_PORT=str(free_port()))
    client.allow("worker", [*of_stages(client.settings, STAGES), *of_web_view(client.settings)])
    through_all_stages(client, "a-1")


def test_a_worker_with_a_clients_certificate(client: Client, cluster: SecuredKafka, tmp_path: Path) -> None:
    certificate, key = cluster.certificate_of(cluster.authority, tmp_path)
    client.use(
        REDEFLUSS_BROKER=cluster.address_of("MUTUAL"),
        REDEFLUSS_TLS="true",
        REDEFLUSS_TLS_CA_FILE=str(cluster.ca_file),
        REDEFLUSS_TLS_CERTIFICATE_FILE=str(certificate),
        REDEFLUSS_TLS_KEY_FILE=str(key),
    )
    names = "clean", "entities", "quotes"
    client.allow("machine", [*of_stages(client.settings, map(stage_named, names)), *of_reports(client.settings)])
    through_all_stages(client, "a-2", *names)


def token(subject: str, seconds: float = 600) -> str:
    """A token that is not signed, as the broker of the tests takes it."""

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    now = time.time()
    return f"{part({'alg': 'none'})}.{part({'sub': subject, 'iat': now, 'exp': now + seconds})}."


def test_a_worker_with_tokens_from_a_file(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(token("worker") + "\n")
    client.log_in("worker", "OAUTHBEARER")
    client.use(REDEFLUSS_SASL_OAUTH_TOKEN_FILE=str(file))
    client.allow("worker", [*of_stages(client.settings, STAGES), *of_reports(client.settings)])
    through_all_stages(client, "a-3")
    file.write_text(token("worker", seconds=-60))
    code, line = client.fails("topics")
    assert (code, "refuses the log-in" in line) == (ExitCode.REFUSED, True), line
    file.unlink()
    code, line = client.fails("topics")
    assert (code, f"the token file {file} cannot be read" in line) == (ExitCode.REFUSED, True), line


class TokenServer(BaseHTTPRequestHandler):
    """Gives whoever logs in rightly a token of its own name."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        name, _, word = base64.b64decode(self.headers["Authorization"].split()[1]).decode().partition(":")
        right = word == PASSWORD and form == {"grant_type": ["client_credentials"], "scope": ["kafka"]}
        answer = {"access_token": token(name), "expires_in": 600} if right else {"error": "invalid_client"}
        self.send_response(200 if right else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def token_server() -> Iterator[int]:
    """The port of a token server while the block runs; closed, but not shut down, it would take a core for itself."""
    with ThreadingHTTPServer(("127.0.0.1", 0), TokenServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def test_tokens_from_an_endpoint_and_a_secret_from_a_file(client: Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    with token_server() as port:
        client.log_in("reader", "OAUTHBEARER")
        del client.environment["REDEFLUSS_SASL_PASSWORD"]
        client.use(
            REDEFLUSS_SASL_PASSWORD_FILE=str(secret),
            REDEFLUSS_SASL_OAUTH_TOKEN_URL=f"http://127.0.0.1:{port}/token",
            REDEFLUSS_SASL_OAUTH_SCOPE="kafka",
        )
        client.allow("reader", client.needs("READ", "quotes"))
        code, _, told = client.run("consume", "quotes", "--from-beginning", "--until-caught-up")
        assert code == ExitCode.OK, told
        secret.write_text("falsch")
        code, line = client.fails("consume", "quotes")
        assert (code, "gives no token (401: " in line) == (ExitCode.REFUSED, True), line


def test_the_commands_with_their_permissions_alone(client: Client, tmp_path: Path) -> None:
    groups = [Need("DESCRIBE", "group", client.settings.group(stage.name)) for stage in STAGES]
    letters = client.needs("READ", "articles.dead-letter", "articles.replayed")
    group = group_of(client.settings, "parquet", str(tmp_path / "archive"))
    rows: list[tuple[tuple[str, ...], list[Need]]] = [
        (("produce", article(tmp_path, "b-1")), client.needs("WRITE", "articles.raw")),
        (("withdraw", "b-1"), [*client.needs("WRITE", "articles.raw"), *client.needs("READ", "statements")]),
        (("consume", "articles.raw", "--from-beginning", "--until-caught-up"), client.needs("READ", "articles.raw")),
        (("dead-letters", "list"), letters),
        (("dead-letters", "replay"), [*letters, *client.needs("WRITE", "articles.replayed")]),
        (("dead-letters", "replay", "--dry-run"), letters),
        (
            ("sink", "parquet", str(tmp_path / "archive"), "--until-caught-up"),
            [*client.needs("READ", "articles.quotes", "statements"), Need("READ", "group", group)],
        ),
        (("topics", "list"), client.needs("DESCRIBE", *all_names())),
        (("topics", "lag"), [*client.needs("READ", *(stage.source for stage in STAGES)), *groups]),
    ]
    client.log_in("writer")
    for arguments, needs in rows:
        client.allow("writer", needs)
        code, _, told = client.run(*arguments)
        assert code == ExitCode.OK, (arguments, told)
    client.allow("writer", client.needs("DESCRIBE", *all_names()))
    _, line = client.fails("sink", "parquet", str(tmp_path / "archive"))
    topics = ", ".join(client.settings.topic(name) for name in ("articles.quotes", "statements"))
    assert line == f"redefluss: the log-in lacks READ on the group {group}; READ on the topics {topics}"
