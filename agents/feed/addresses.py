"""Which addresses may be fetched: on the public internet alone, unless that is switched off.

A name is resolved once for a connection, every address that it has is checked,
and the connection goes to one of those: a name cannot first show a public
address and then lead to a private one.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
"""Not private by Python's tables, but no part of the public internet either: what protocols use among themselves, as
Oracle's cloud does for its metadata, and the address of Azure's platform within its own network."""
Lookup = Callable[[str, int, socket.AddressFamily], Awaitable[list[ResolveResult]]]


class AddressRefused(Exception):
    """This is not fetched: one line that says why."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where it carries another one within it."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _carried(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    elif any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _carried(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def check(url: URL, *, allow_private: bool) -> None:
    """Refuse what is no web address or names a private IP address outright; names are checked by `CheckedResolver`.

    Raises:
        AddressRefused: it may not be fetched.
    """
    if url.scheme not in ("http", "https") or not url.host:
        raise AddressRefused(f"no web address: {str(url)[:200]}")
    if allow_private:
        return
    try:
        public = is_public(url.host)
    except ValueError:  # a name
        # "127.1" and "2130706433" are numbers to the system, too. aiohttp asks no resolver about what looks like them.
        public = not url.host.replace(".", "").isdigit()
    if not public:
        raise AddressRefused(f"{url.host} is no public address")


class CheckedResolver(AbstractResolver):
    """Resolves names; one that has an address which may not be fetched is refused as a whole.

    Args:
        allow_private: let every address pass.
        lookup: who is asked; by default the system.
    """

    def __init__(self, *, allow_private: bool, lookup: Lookup | None = None) -> None:
        self._allow_private = allow_private
        self._lookup = lookup or system_lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The host's addresses.

        Raises:
            AddressRefused: one of them is not public.
            OSError: it has none.
        """
        found = await self._lookup(host, port, family)
        private = sorted({entry["host"] for entry in found if not is_public(entry["host"])})
        if private and not self._allow_private:
            raise AddressRefused(f"{host} leads to {', '.join(private)}, which is no public address")
        return found

    async def close(self) -> None:
        """Nothing is held."""


async def system_lookup(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """What the system's resolver says.

    Raises:
        OSError: it knows no address of the host.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=int(address[1]),
            family=kind,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, protocol, _, address in found
    ]
