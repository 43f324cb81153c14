"""Each way in which two sides do not understand each other has a line of its own."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import ValidationError

from agents import cluster, worker
from agents.cluster import BrokerRefuses, BrokerUnavailable
from agents.connection_check import QUESTION, permanent_problem
from agents.settings import Settings

AUTHORITY, OTHER = trustme.CA(), trustme.CA()


def settings(port: int, **options: Any) -> Settings:
    return Settings(_env_file=None, broker=f"kafka://127.0.0.1:{port}", **options)  # type: ignore[call-arg]


@contextmanager
def server(context: ssl.SSLContext | None) -> Iterator[int]:
    """Answers one question as a broker does, and ends a connection over which something else comes."""

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), plain:
                plain.settimeout(10)
                connection = plain if context is None else context.wrap_socket(plain, server_side=True)
                if connection.recv(len(QUESTION)) == QUESTION:
                    connection.sendall(b"\0\0\0\x0a" + QUESTION[8:12] + b"\0\0\0\0\0\0")
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def serving(name: str = "127.0.0.1", *, authority: trustme.CA = AUTHORITY, wants: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if wants:
        AUTHORITY.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


TLS = {"tls": True, "tls_ca_file": "ca.pem"}
OWN = {"tls_certificate_file": "own.pem", "tls_key_file": "own.key"}
FOREIGN = {"tls_certificate_file": "foreign.pem", "tls_key_file": "foreign.key"}
CASES: list[tuple[ssl.SSLContext | None, dict[str, Any], str | None]] = [
    (None, {}, None),
    (serving(), TLS, None),
    (serving(), {}, "wants TLS: REDEFLUSS_TLS=true"),
    (None, TLS, "speaks no TLS on that port"),
    (serving(authority=OTHER), TLS, "is not trusted"),
    (serving("broker.example"), TLS, "is for another name"),
    (serving("broker.example"), TLS | {"tls_check_hostname": False}, None),
    (serving(wants=True), TLS, "wants a client's certificate: REDEFLUSS_TLS_CERTIFICATE_FILE"),
    (serving(wants=True), TLS | OWN, None),
    (serving(wants=True), TLS | FOREIGN, "refuses the client's certificate"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
    for name, authority in (("own", AUTHORITY), ("foreign", OTHER)):
        certificate = authority.issue_cert("client.example")
        certificate.private_key_pem.write_to_path(tmp_path / f"{name}.key")
        for part in certificate.cert_chain_pems:
            part.write_to_path(tmp_path / f"{name}.pem", append=True)


@pytest.mark.parametrize(("context", "options", "said"), CASES)
async def test_what_does_not_pass_is_named(context, options, said):
    with server(context) as port:
        problem = await permanent_problem(settings(port, **options))
    if said is None:
        assert problem is None
    else:
        assert problem is not None
        assert said in problem
        assert f"127.0.0.1:{port}" in problem
        assert "\n" not in problem


async def test_that_nobody_is_there_may_pass():
    with server(None) as port:
        pass
    assert await permanent_problem(settings(port)) is None


async def test_whoever_waits_for_the_broker_is_told(monkeypatch):
    monkeypatch.setattr(cluster, "RECHECK_SECONDS", 0.0)
    with server(serving(authority=OTHER)) as port, pytest.raises(BrokerRefuses, match="is not trusted"):
        await cluster.wait_for_broker(settings(port, **TLS))


async def test_a_broker_that_is_stopping_is_waited_for(monkeypatch):
    """It still answers, but ends the connection at the next request, as one that wants a log-in does."""
    looks = ["the broker wants a log-in", None]

    async def look(_: Settings) -> str | None:
        return looks.pop(0)

    monkeypatch.setattr(cluster, "permanent_problem", look)
    monkeypatch.setattr(cluster, "RECHECK_SECONDS", 0.0)
    with pytest.raises(BrokerUnavailable):
        await cluster.wait_for_broker(settings(1), timeout_seconds=0)
    assert looks == []


@pytest.mark.parametrize("run", [lambda it: it.ssl_context(), worker.run])
def test_a_file_that_is_of_no_use_is_named(tmp_path, run):
    (tmp_path / "empty.pem").write_text("")
    key = load_pem_private_key((tmp_path / "own.key").read_bytes(), None)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"wort"))
    (tmp_path / "locked.key").write_bytes(encrypted)
    for options, words in (
        ({"tls_ca_file": "empty.pem"}, r"tls_ca_file: empty\.pem is of no use"),
        ({"tls_certificate_file": "own.pem", "tls_key_file": "foreign.key"}, r"foreign\.key is of no use"),
        ({"tls_certificate_file": "own.pem", "tls_key_file": "locked.key"}, r"locked\.key is of no use"),
    ):
        with pytest.raises((OSError, worker.WorkerError), match=words):
            run(settings(1, tls=True, **options))
    unlocked = {"tls_certificate_file": "own.pem", "tls_key_file": "locked.key", "tls_key_password": "wort"}
    assert settings(1, tls=True, **unlocked).ssl_context() is not None


@pytest.mark.parametrize("name", ["tls_ca_file", "tls_certificate_file", "tls_key_file"])
def test_a_file_that_is_not_there_is_named(name):
    with pytest.raises(ValidationError, match=rf"{name}: there is no file missing\.pem"):
        Settings(_env_file=None, tls=True, **{name: "missing.pem"})  # type: ignore[call-arg]
