"""Checks web addresses that users write, so that a wrong one is reported at once and not requested again and again."""

import re
from ipaddress import ip_address

from yarl import URL

_NAME = re.compile(r"(?=.{1,254}$)(?:[\w-]{1,63}\.)*(?!\d+\.?$)[\w-]{1,63}\.?", re.ASCII)
"""Of a host; one that ends with a number would be an IP address."""
_BEFORE_HOST = re.compile(r"^(https?[:/]+)?.*@", re.IGNORECASE | re.DOTALL)
_BEHIND_PATH = re.compile(r"(?<=[?#]).+", re.DOTALL)


def is_http_address(value: str) -> bool:
    """Whether `value` is an address of the web, whose host can have that name or number."""
    try:
        url = URL(value)
        return url.scheme in ("http", "https") and url.port != 0 and _is_host(url.raw_host or "")
    except ValueError:  # above all UnicodeError, where a name cannot be written as DNS needs it
        return False


def http_address(value: str, *, example: str) -> str:
    """`value`, if it is an address of the web.

    Raises:
        ValueError: it is none; one line that gives an `example`.
    """
    if not is_http_address(value):
        raise ValueError(f"{without_secrets(value)[:100]!r} is no address such as {example}")
    return value


def without_secrets(value: str) -> str:
    """What was to be an address, without user, password and what stands behind a question mark or number sign."""
    return _BEHIND_PATH.sub("…", _BEFORE_HOST.sub(r"\1…@", value))


def _is_host(host: str) -> bool:
    if _NAME.fullmatch(host):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
