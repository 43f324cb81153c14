"""Why a broker cannot be reached, where the client only says that it cannot: TLS on one side alone, certificates.

Clients try again whatever went wrong, and hide what it was. What is found here does not pass by itself.
"""

import asyncio
import contextlib
import socket
import ssl

from agents.settings import Settings

ANSWER_SECONDS = 3.0
REFUSAL_SECONDS = 0.5
ANOTHER_NAME = (62, 64)
"""OpenSSL's codes for a certificate of another host or another IP address."""
QUESTION = bytes.fromhex("0000000a 0012 0000 00000011 ffff")
"""Which requests the broker knows (ApiVersions, version 0, number 17, no client id): answered before any log-in."""
NUMBER = QUESTION[8:12]


async def permanent_problem(settings: Settings) -> str | None:
    """One line on what stands between us and a broker that takes connections; None: nothing that is known.

    Args:
        settings: addresses and TLS.
    """
    context = settings.ssl_context()
    for address in settings.bootstrap_servers:
        error = await _ask(address, context)
        if error is None:
            return None
        problem = _problem_with_tls(error, address)
        if problem is not None:
            return problem
        if context is None and await _ask(address, _trusting()) is None:
            return f"the broker at {address} wants TLS: REDEFLUSS_TLS=true"
        if context is not None and await _ask(address, None) is None:
            return f"the broker at {address} speaks no TLS on that port: REDEFLUSS_TLS=false, or another port"
    return None


def _problem_with_tls(error: Exception, address: str) -> str | None:
    match error:
        case ssl.SSLCertVerificationError() if error.verify_code in ANOTHER_NAME:
            return f"the certificate of the broker at {address} is for another name: {error.verify_message}"
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of the broker at {address} is not trusted ({error.verify_message}); "
                "REDEFLUSS_TLS_CA_FILE names the authority"
            )
        case ssl.SSLError() if "CERTIFICATE_REQUIRED" in str(error) or "HANDSHAKE_FAILURE" in str(error):
            return f"the broker at {address} wants a client's certificate: REDEFLUSS_TLS_CERTIFICATE_FILE"
        case ssl.SSLError() if "ALERT" in str(error):
            return f"the broker at {address} refuses the client's certificate ({error.reason})"
    return None


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
