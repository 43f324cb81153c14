"""Why a broker cannot be reached, where the client only says that it cannot: TLS on one side, certificates, log-in.

Clients try again whatever went wrong, and hide what it was. What is found here does not pass by itself.
"""

import asyncio
import contextlib
import socket
import ssl

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from agents.settings import Settings

ANSWER_SECONDS = 3.0
"""For a broker to answer a question that needs no log-in."""
REFUSAL_SECONDS = 0.5
"""How long a refusal is waited for after a TLS handshake that has succeeded."""
LOGIN_MS = 10_000
"""For a broker to answer each request of a log-in."""
ANOTHER_NAME = (62, 64)
"""OpenSSL's codes for a certificate of another host or another IP address."""
NO_CERTIFICATE = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "ALERT_BAD_CERTIFICATE")
"""Words of OpenSSL's errors, any of which says that the broker wants a client's certificate."""
QUESTION = bytes.fromhex("0000000a 0012 0000 00000011 ffff")
"""Which requests the broker knows (ApiVersions, version 0, number 17, no client id): answered before any log-in."""
NUMBER = QUESTION[8:12]
"""Of the question, with which its answer begins."""


async def permanent_problem(settings: Settings) -> str | None:
    """One line on what stands between us and a broker that takes connections; None: nothing that is known.

    Args:
        settings: addresses and TLS.
    """
    context = settings.ssl_context()
    for address in settings.bootstrap_servers:
        error = await _ask(address, context)
        if error is None:
            return await _problem_with_login(settings, address)
        problem = _problem_with_tls(error, address, certificate=settings.tls_certificate_file is not None)
        if problem is not None:
            return problem
        if context is None and await _ask(address, _trusting()) is None:
            return f"the broker at {address} wants TLS: REDEFLUSS_TLS=true"
        if context is not None and await _ask(address, None) is None:
            return f"the broker at {address} speaks no TLS on that port: REDEFLUSS_TLS=false, or another port"
    return None


def _problem_with_tls(error: Exception, address: str, *, certificate: bool) -> str | None:
    """What a failed handshake says; `certificate`: whether we have one to show, since Java refuses a bad one and none
    by the same words."""
    match error:
        case ssl.SSLCertVerificationError() if error.verify_code in ANOTHER_NAME:
            return f"the certificate of the broker at {address} is for another name: {error.verify_message}"
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of the broker at {address} is not trusted ({error.verify_message}); "
                "REDEFLUSS_TLS_CA_FILE names the authority"
            )
        case ssl.SSLError() if not certificate and any(words in str(error) for words in NO_CERTIFICATE):
            return f"the broker at {address} wants a client's certificate: REDEFLUSS_TLS_CERTIFICATE_FILE"
        case ssl.SSLError() if "ALERT" in str(error):
            return f"the broker at {address} refuses the client's certificate ({error.reason})"
    return None


async def _problem_with_login(settings: Settings, address: str) -> str | None:
    """What the broker at `address`, which understands us, has against the log-in; None: nothing, or it does not say."""
    host, _, port = address.rpartition(":")
    options = {name: value for name, value in settings.client_options().items() if name != "bootstrap_servers"}
    try:
        connection = await create_conn(host.strip("[]"), int(port), request_timeout_ms=LOGIN_MS, **options)
    except UnsupportedSaslMechanismError:
        return f"the broker at {address} offers no log-in by {settings.sasl_mechanism}: REDEFLUSS_SASL_MECHANISM"
    except SaslAuthenticationFailed as error:
        told = " ".join(" ".join(map(str, error.args)).split())
        return f"the broker at {address} refuses the log-in ({told or 'without a word'})"
    except IllegalSaslStateError:
        return f"the broker at {address} takes no log-in on that port: unset REDEFLUSS_SASL_MECHANISM, or another port"
    except (KafkaError, OSError, ValueError, AssertionError):
        return None
    try:
        # aiokafka takes a token that was refused for one that was not: the broker says so only at the next request, by
        # an answer that reads as if there were no brokers.
        answered = bool((await connection.send(MetadataRequest([]))).brokers)
    except KafkaConnectionError:  # the broker ends the connection of whoever asks before a log-in
        answered = False
    except (KafkaError, OSError):
        return None
    finally:
        connection.close()
    refusals = {
        None: f"the broker at {address} wants a log-in: REDEFLUSS_SASL_MECHANISM",
        "OAUTHBEARER": f"the broker at {address} refuses the log-in (it does not accept the token)",
    }
    return None if answered else refusals.get(settings.sasl_mechanism)


async def _ask(address: str, context: ssl.SSLContext | None) -> Exception | None:
    """None if the broker answers, else what went wrong; asyncio's own connections hide why the other side ended one."""
    return await asyncio.to_thread(_ask_and_wait, address, context)


def _ask_and_wait(address: str, context: ssl.SSLContext | None) -> Exception | None:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as plain:
            connection = plain if context is None else _secured(plain, context, host)
            connection.sendall(QUESTION)
            answer = connection.recv(8)
    except OSError as error:
        return error
    return None if answer[4:] == NUMBER else ValueError("no broker")


def _secured(plain: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """A handshake, and its refusal: in TLS 1.3 it comes only afterwards, and is lost if something is sent before."""
    connection = context.wrap_socket(plain, server_hostname=host)
    connection.settimeout(REFUSAL_SECONDS)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _trusting() -> ssl.SSLContext:
    """To learn whether there is TLS at all."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
