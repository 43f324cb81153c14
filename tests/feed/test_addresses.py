"""Which addresses may be fetched."""

import socket
from typing import Any

import pytest
from yarl import URL

from agents.feed.addresses import AddressRefused, CheckedResolver, check, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.100.100.200", "192.0.0.192", "168.63.129.16"),  # what clouds serve their machines' secrets at
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"),
        "2001:0:808:808::f5ff:fff8",  # Teredo: 10.0.0.7 by way of 8.8.8.8
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "193.99.144.80",
        "2a02:2e0:3fe:1001:302::",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:0:a00:7::f7f7:f7f7",
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://[::1]/", "http://[::ffff:7f00:1]/", "file:///etc/passwd", "ftp://a.example/"),
        *("http://127.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.0.0.1./", "http://0/"),
    ],
)
def test_addresses_that_are_refused_outright(url: str) -> None:
    with pytest.raises(AddressRefused):
        check(URL(url), allow_private=False)


def test_names_pass_to_the_resolver() -> None:
    check(URL("https://localhost/"), allow_private=False)
    check(URL("https://24.example/"), allow_private=False)
    check(URL("http://127.0.0.1/"), allow_private=True)


async def test_a_name_with_one_private_address_is_refused() -> None:
    async def lookup(host: str, port: int, family: socket.AddressFamily) -> list[Any]:
        return [{"host": "8.8.8.8"}, {"host": "10.0.0.7"}]

    with pytest.raises(AddressRefused, match=r"intern\.example leads to 10\.0\.0\.7"):
        await CheckedResolver(allow_private=False, lookup=lookup).resolve("intern.example")
    assert len(await CheckedResolver(allow_private=True, lookup=lookup).resolve("intern.example")) == 2


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "2130706433", "0177.0.0.1"])
async def test_the_systems_other_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        await CheckedResolver(allow_private=False).resolve(host, 80)
