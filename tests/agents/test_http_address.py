"""What is an address of the web, in the lists of feeds and of searches, and for sinks."""

from pathlib import Path

import pytest

from agents.feed import feed_list
from agents.http_address import is_http_address
from agents.saved_searches import search_list
from agents.sinks.opensearch import OpenSearchStore
from agents.sinks.postgres import PostgresStore
from agents.sinks.store import SinkAddressError
from agents.sinks.webhook import WebhookStore

WRONG = (
    "http://a..example.org/x", f"https://{'a' * 64}.example.org/", "http://a b.example.org/", "http://a%62.example.org/",
    "http://1.2.3.4.5/", "http://999.9.9.9/", r"http://a\\b/", "http://\u3002.example.org/", "http://<a>/", "http://a:0/",
)  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_a_host_that_cannot_be_is_told_at_once(tmp_path: Path, url: str) -> None:
    """Some ended the command with a traceback, and others were asked again and again."""
    path = tmp_path / "list.toml"
    path.write_text(f"[[feeds]]\nurl = '{url}'\nsource = 'Waldauer Bote'\n")
    with pytest.raises(feed_list.FeedListError, match=r"feeds\[1\]\.url: .* is no address such as"):
        feed_list.load(path)
    path.write_text(f"[[searches]]\nname = 'a'\nsearch = 'q=a'\nurl = '{url}'\n")
    with pytest.raises(search_list.SearchListError, match="is no address such as"):
        search_list.load(path)
    with pytest.raises(SinkAddressError):
        OpenSearchStore(url)


def test_passwords_in_a_wrong_address_are_told_nobody(tmp_path: Path) -> None:
    url = "https://kundin:geh@eim@exam ple.org/x?token=geheim"
    path = tmp_path / "list.toml"
    path.write_text(f"[[feeds]]\nurl = '{url}'\nsource = 'Waldauer Bote'\n")
    shown = r"https://…@exam ple\.org/x\?…"
    with pytest.raises(feed_list.FeedListError, match=shown):
        feed_list.load(path)
    path.write_text(f"[[searches]]\nname = 'a'\nsearch = 'q=a'\nurl = '{url}'\n")
    with pytest.raises(search_list.SearchListError, match=shown):
        search_list.load(path)
    with pytest.raises(SinkAddressError, match=shown):
        WebhookStore(url, "b")


@pytest.mark.parametrize(
    "url",
    [
        "kundin:geheim@example.org/x", "https:/kundin:geheim@example.org/x", "https//kundin:geheim@example.org/x",
        "https://kundin:ge heim@exam ple.org", "https://exam ple.org/#token=geheim",
    ],
)  # fmt: skip
def test_passwords_in_what_is_hardly_an_address_are_told_nobody(url: str) -> None:
    with pytest.raises(SinkAddressError) as told:
        WebhookStore(url, "b")
    assert "heim" not in str(told.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://kundin:geheim@[127.0.0.1/x", "postgresql://kundin:100%geheim@127.0.0.1/x",
        "postgresql://kundin:ge heim@127.0.0.1/x", "kundin:geheim@127.0.0.1/x", "host=a password=ge heim",
        "postgresql://127.0.0.1/x?password=100%geheim",
    ],
)  # fmt: skip
def test_passwords_in_a_wrong_address_of_postgresql_are_told_nobody(dsn: str) -> None:
    with pytest.raises(SinkAddressError) as told:
        PostgresStore(dsn)
    assert "heim" not in str(told.value)


def test_a_wrong_option_of_postgresql_is_named() -> None:
    with pytest.raises(SinkAddressError, match='invalid connection option "pasword"'):
        PostgresStore("host=a pasword=geheim")
    with pytest.raises(SinkAddressError, match='invalid URI query parameter: "sslmod"'):
        PostgresStore("postgresql://kundin:geheim@127.0.0.1/x?sslmod=require")


@pytest.mark.parametrize(
    "url",
    ["http://a_b.example.org./x?y=ä", "https://müller.example:1/", "http://[::1]:80/", "HTTP://127.0.0.1", "http://a"],
)
def test_hosts_that_can_be(url: str) -> None:
    assert is_http_address(url)
