"""Whether a server can listen at an address: found out before anything starts, to be told in one line."""

import socket

from agents.broker_settings import host_in_address
from agents.settings import Settings


class PortTaken(Exception):
    """The pages cannot be served where the settings say: one line."""


def free_port(host: str, port: int) -> int:
    """The port at which a server can listen: the one that is given, or any that is free for 0.

    Raises:
        OSError: it cannot.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def check_web_port(settings: Settings) -> None:
    """Return if the web view can listen, or is not wanted.

    Raises:
        PortTaken: it cannot.
    """
    if not settings.web_enabled:
        return
    host, port = settings.web_host, settings.web_port
    try:
        free_port(host, port)
    except OSError as error:
        raise PortTaken(
            f"the web view cannot listen on {host_in_address(host)}:{port} ({error.strerror}): set REDEFLUSS_WEB_HOST "
            "or REDEFLUSS_WEB_PORT, or REDEFLUSS_WEB_ENABLED=false"
        ) from None
