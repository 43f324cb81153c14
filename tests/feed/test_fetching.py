"""Requests: polite, bounded, and only where they may go."""

import asyncio
import gzip
import socket
import time
import tracemalloc
import zlib
from itertools import pairwise
from typing import Any

import pytest

from agents.feed.fetching import DEFAULT_REST_SECONDS, Fetcher, FetchError, gunzipped
from agents.feed.hosts import HostBackoff, Hosts
from tests.feed.site import Site, gzip_bomb
from tests.support.timing import is_done_within

MANY = 1_000_000


async def fate(fetcher: Fetcher, url: str, max_bytes: int = MANY) -> tuple[str, str]:
    with pytest.raises(FetchError) as caught:
        await fetcher.get(url, max_bytes=max_bytes)
    assert "\n" not in str(caught.value)
    return caught.value.fate, str(caught.value)


async def test_a_page_comes_with_its_validators_and_is_304_next_time(site: Site, fetcher: Fetcher) -> None:
    site.put("/a", "Hallo", etag='"1"', last_modified="Mon, 10 Jan 2022 08:00:00 GMT")
    first = await fetcher.get(site.url("/a"), max_bytes=100)
    assert (first.status, first.body, first.content_type) == (200, b"Hallo", "text/html")
    again = await fetcher.get(site.url("/a"), max_bytes=100, etag=first.headers["etag"])
    assert again.unchanged
    assert again.body == b""
    dated = await fetcher.get(site.url("/a"), max_bytes=100, last_modified=first.headers["Last-Modified"])
    assert dated.unchanged
    assert site.asked[-1].headers["User-Agent"] == "Redefluss/1 (test)"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate"])
async def test_compressed_bodies(site: Site, fetcher: Fetcher, encoding: str) -> None:
    body = b"Freibad " * 50_000
    raw = zlib.compressobj(wbits=-15)
    packed = {"gzip": gzip.compress(body), "deflate": zlib.compress(body), "raw deflate": raw.compress(body)}[encoding]
    packed += raw.flush() if encoding == "raw deflate" else b""
    site.put("/a", packed, Content_Encoding=encoding.rsplit(maxsplit=1)[-1])
    assert (await fetcher.get(site.url("/a"), max_bytes=MANY)).body == body


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "gone"), (410, "gone"), (403, "refused"), (500, "failed"), (502, "failed")]
)
async def test_a_status_says_whether_to_try_again(site: Site, fetcher: Fetcher, status: int, expected: str) -> None:
    site.put("/a", status=status)
    kind, message = await fate(fetcher, site.url("/a"))
    assert kind == expected
    assert str(status) in message


async def test_redirects_are_followed_to_a_limit(site: Site, fetcher: Fetcher) -> None:
    site.redirect("/alt", "/neu", 301)
    site.put("/neu", "da")
    answer = await fetcher.get(site.url("/alt"), max_bytes=100)
    assert (answer.url, answer.body) == (site.url("/neu"), b"da")
    site.redirect("/kreis", "/kreis")
    assert await fate(fetcher, site.url("/kreis")) == ("refused", "more than 5 redirects")
    assert site.paths().count("/kreis") == 6


async def test_what_robots_forbids_is_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: redefluss\nDisallow: /privat\n"
    site.put("/robots.txt", rules, kind="text/plain")
    site.put("/a", "ja")
    site.redirect("/um", "/privat/a")
    await fetcher.get(site.url("/a"), max_bytes=100)
    assert (await fate(fetcher, site.url("/privat/a")))[0] == "robots"
    assert (await fate(fetcher, site.url("/um")))[0] == "robots", "a redirect is checked too"
    assert site.paths() == ["/robots.txt", "/a", "/um"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False)])
async def test_a_robots_that_cannot_be_had(site: Site, fetcher: Fetcher, status: int, allowed: bool) -> None:
    site.put("/robots.txt", status=status)
    site.put("/a", "ja")
    if allowed:
        assert (await fetcher.get(site.url("/a"), max_bytes=100)).body == b"ja"
    else:
        assert await fate(fetcher, site.url("/a")) == (
            "failed",
            f"robots.txt of 127.0.0.1 cannot be had: HTTP {status} Internal Server Error",
        )
        assert "/a" not in site.paths()


async def test_an_endless_robots_is_read_to_a_limit(site: Site, fetcher: Fetcher) -> None:
    site.flood("/robots.txt", b"User-agent: *\nDisallow: /nein\n" * 1000)
    site.put("/a", "ja")
    assert (await fetcher.get(site.url("/a"), max_bytes=100)).body == b"ja"
    assert (await fate(fetcher, site.url("/nein")))[0] == "robots"


async def test_one_request_at_a_time_and_the_crawl_delay(site: Site, fetcher: Fetcher) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n")
    for number in range(3):
        site.put(f"/{number}", "ja")
    await asyncio.gather(*(fetcher.get(site.url(f"/{number}"), max_bytes=100) for number in range(3)))
    pages = site.asked[1:]
    assert len(pages) == 3
    for one, other in pairwise(pages):
        assert other.begun - one.ended >= 0.28


async def test_a_host_rests_as_long_as_its_answer_took() -> None:
    hosts = Hosts(pause_seconds=0)
    async with hosts.turn("a.example"):
        await asyncio.sleep(0.2)
    started = time.monotonic()
    async with hosts.turn("a.example"):
        assert time.monotonic() - started >= 0.18
    async with asyncio.timeout(0.1), hosts.turn("b.example"):
        pass


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_holds_for_the_host(site: Site, fetcher: Fetcher, status: int) -> None:
    site.put("/a", status=status, Retry_After="7")
    site.put("/b", "ja")
    with pytest.raises(FetchError) as caught:
        await fetcher.get(site.url("/a"), max_bytes=100)
    assert (caught.value.fate, caught.value.retry_seconds) == ("busy", 7)
    kind, message = await fate(fetcher, site.url("/b"))
    assert kind == "away"
    assert "Retry-After" in message
    assert site.paths() == ["/robots.txt", "/a"], "nothing more was asked"


@pytest.mark.parametrize("value", ["0", "Mon, 10 Jan 2022 09:01:00 GMT", "bald"])
async def test_who_refuses_is_not_asked_again_at_once(site: Site, fetcher: Fetcher, value: str) -> None:
    site.put("/a", status=503, Retry_After=value)
    with pytest.raises(FetchError) as caught:
        await fetcher.get(site.url("/a"), max_bytes=100)
    assert (caught.value.fate, caught.value.retry_seconds) == ("busy", DEFAULT_REST_SECONDS)


async def test_a_host_that_wants_rest_is_remembered() -> None:
    told: dict[str, float] = {}
    Hosts(pause_seconds=0, on_change=told.__setitem__).postpone("a.example", 60)
    with pytest.raises(HostBackoff):
        async with Hosts(pause_seconds=0, until=told).turn("a.example"):
            pass


async def test_a_gigantic_answer_is_cut_off(site: Site, fetcher: Fetcher) -> None:
    site.put("/a", b"x" * 300_000)
    assert await fate(fetcher, site.url("/a"), 200_000) == ("refused", "larger than 200,000 bytes")
    site.flood("/ohne-ende", b"x" * 65_536)
    assert await fate(fetcher, site.url("/ohne-ende"), 200_000) == ("refused", "larger than 200,000 bytes")


async def test_a_decompression_bomb_costs_no_more_than_the_limit(site: Site, fetcher: Fetcher) -> None:
    site.put("/a", gzip_bomb(300), Content_Encoding="gzip")
    site.put("/b", gzip.compress(b"\0" * 50_000_000, 9), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        for path in ("/a", "/b"):
            assert await fate(fetcher, site.url(path), 200_000) == ("refused", "larger than 200,000 bytes")
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


async def test_what_comes_behind_compressed_data_takes_no_memory(site: Site, fetcher: Fetcher) -> None:
    for encoding, data in (("gzip", gzip.compress(b"ja")), ("deflate", zlib.compress(b"ja"))):
        site.flood("/ohne-ende", data + b"?" * 1_000_000, **{"Content-Encoding": encoding})
        tracemalloc.start()
        try:
            expected = ("refused", "larger than 200,000 bytes")
            assert await fate(fetcher, site.url("/ohne-ende"), 200_000) == expected
            assert tracemalloc.get_traced_memory()[1] < 8_000_000
        finally:
            tracemalloc.stop()
        site.put("/a", data + b"?" * 50_000, Content_Encoding=encoding)
        assert (await fetcher.get(site.url("/a"), max_bytes=200_000)).body == b"ja"


def test_thousands_of_empty_members_take_time_with_their_number() -> None:
    many = gzip.compress(b"") * 50_000
    assert is_done_within(lambda: gunzipped(many + gzip.compress(b"ja"), 10), 0.5)
    assert gunzipped(many + gzip.compress(b"ja"), 10) == b"ja"


def test_a_gzipped_file_is_bounded_too() -> None:
    assert gunzipped(gzip.compress(b"Hallo"), 100) == b"Hallo"
    assert gunzipped(b"Hallo", 100) == b"Hallo"
    with pytest.raises(FetchError, match="larger than 1,000 bytes when decompressed"):
        gunzipped(gzip_bomb(20), 1_000)
    with pytest.raises(FetchError, match="damaged"):
        gunzipped(b"\x1f\x8b\x00\x00kaputt", 1_000)


async def test_damaged_compression_is_an_error_of_that_page(site: Site, fetcher: Fetcher) -> None:
    site.put("/a", b"kein gzip", Content_Encoding="gzip")
    assert (await fate(fetcher, site.url("/a")))[0] == "failed"
    site.put("/b", b"x", Content_Encoding="br")
    assert (await fate(fetcher, site.url("/b")))[0] == "refused"


async def test_a_slow_body_ends_at_the_time_limit(site: Site, fetcher: Fetcher) -> None:
    site.flood("/a", b"x", pause=0.05)
    started = time.monotonic()
    assert await fate(fetcher, site.url("/a")) == ("failed", "no whole answer within 2 s")
    assert time.monotonic() - started < 10


async def test_nobody_there(fetcher: Fetcher) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kind, message = await fate(fetcher, f"http://127.0.0.1:{port}/")
    assert kind == "failed"
    assert "robots.txt of 127.0.0.1 cannot be had" in message


@pytest.mark.parametrize("url", ["http://[", "http://", "file:///etc/passwd", "javascript:alert(1)"])
async def test_what_is_no_web_address(fetcher: Fetcher, url: str) -> None:
    assert (await fate(fetcher, url))[0] == "refused"


class Resolver:
    """Every name leads to the addresses of its turn."""

    def __init__(self, *turns: list[str]) -> None:
        self.turns = list(turns)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int, family: socket.AddressFamily) -> list[Any]:
        self.asked.append(host)
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        kind = socket.AF_INET
        return [{"hostname": host, "host": ip, "port": port, "family": kind, "proto": 6, "flags": 0} for ip in turn]


async def refused(site: Site, url: str, *turns: list[str]) -> str:
    async with Fetcher(
        Hosts(pause_seconds=0), user_agent="Redefluss", timeout_seconds=2, lookup=Resolver(*turns)
    ) as strict:
        with pytest.raises(FetchError) as caught:
            await strict.get(url, max_bytes=100, robots=False)
    assert not site.asked
    return str(caught.value) if caught.value.fate == "refused" else ""


async def test_loopback_is_not_asked(site: Site) -> None:
    assert await refused(site, site.url("/"), []) == "127.0.0.1 is no public address"
    assert "no public address" in await refused(site, f"http://[::ffff:127.0.0.1]:{site.port}/", [])


async def test_a_name_that_leads_to_a_private_address_is_not_asked(site: Site) -> None:
    url = f"http://zeitung.example:{site.port}/"
    assert "zeitung.example leads to 127.0.0.1" in await refused(site, url, ["127.0.0.1"])
    assert "leads to 127.0.0.1" in await refused(site, url, ["8.8.8.8", "127.0.0.1"])


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"]
)
async def test_a_redirect_to_a_private_address_is_not_followed(site: Site, target: str) -> None:
    """The first host is taken for a public one; where it sends us is checked on its own."""
    site.redirect("/a", target.format(port=site.port))

    class FirstHop(Fetcher):
        async def _once(self, url: Any, *rest: Any) -> Any:
            return (None, site_target) if url.host == "zeitung.example" else await super()._once(url, *rest)

    site_target = target.format(port=site.port)
    async with FirstHop(Hosts(pause_seconds=0), user_agent="Redefluss", lookup=Resolver(["8.8.8.8"])) as strict:
        with pytest.raises(FetchError) as caught:
            await strict.get("http://zeitung.example/a", max_bytes=100, robots=False)
    assert caught.value.fate == "refused"
    assert "no public address" in str(caught.value)
    assert not site.asked


async def test_a_name_is_connected_to_the_address_that_was_checked(site: Site) -> None:
    """A second answer of the name server, private this time, is not asked for."""
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    site.put("/a", "ja")
    async with Fetcher(Hosts(pause_seconds=0), user_agent="R", allow_private=True, lookup=resolver) as fetcher:
        answer = await fetcher.get(f"http://zeitung.example:{site.port}/a", max_bytes=100, robots=False)
    assert answer.body == b"ja"
    assert resolver.asked == ["zeitung.example"]


async def test_bytes_in_headers_that_are_no_utf_8_can_be_stored(fetcher: Fetcher) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nETag: "\xff"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nja')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await fetcher.get(f"http://127.0.0.1:{port}/a", max_bytes=100, robots=False)
    assert found.headers["etag"].encode() == '"\ufffd"'.encode()
