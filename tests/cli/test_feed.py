"""`redefluss feed` and what comes of it on the broker."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.cli.errors import ExitCode
from agents.processes import module_command
from tests.cli.conftest import Cli
from tests.feed.site import PARAGRAPH, Site

LOCAL = {"REDEFLUSS_FEED_ALLOW_PRIVATE": "true", "REDEFLUSS_FEED_PAUSE_SECONDS": "0"}


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        for number in range(3):
            running.page(f"/a/{number}", f"Rat schließt Freibad {number}")
        running.rss("/feed.xml", [f"/a/{number}" for number in range(3)], etag='"1"')
        yield running


def listed(folder: Path, *urls: str) -> str:
    path = folder / "feeds.toml"
    path.write_text("".join(f'[[feeds]]\nurl = "{url}"\nsource = "Waldauer Bote"\n' for url in urls), encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("broker")
def test_once_brings_what_is_new(quick: Cli, site: Site, folder: Path) -> None:
    feeds = listed(folder, site.url("/feed.xml"))
    result = quick("feed", feeds, "--once", **LOCAL)
    assert result.returncode == ExitCode.OK, result.stderr
    lines = result.stderr.decode().splitlines()
    assert lines == [
        f"Waldauer Bote {site.url('/feed.xml')}: 3 new, 0 changed",
        "Sent 3 articles to articles.raw",
    ]
    site.page("/a/1", "Rat öffnet Freibad doch", PARAGRAPH, "Am Abend nahm der Rat den Beschluss zurück.")
    result = quick("feed", feeds, "--once", **LOCAL)
    assert "0 new, 1 changed, feed unchanged" in result.stderr.decode()
    out = quick("consume", "articles.raw", "--from-beginning", "--until-caught-up").stdout
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 4
    assert len({row["key"] for row in rows}) == 3
    assert all(row["key"] == row["value"]["id"] for row in rows)
    assert {row["value"]["published_at"] for row in rows} == {"2022-01-10T08:00:00Z"}
    same = [row["value"] for row in rows if row["value"]["url"] == site.url("/a/1")]
    assert ["doch" in value["html"] for value in sorted(same, key=lambda value: "doch" in value["html"])] == [
        False,
        True,
    ]


@pytest.mark.usefixtures("broker")
def test_private_addresses_are_refused_unless_allowed(quick: Cli, site: Site, folder: Path) -> None:
    result = quick("feed", listed(folder, site.url("/feed.xml")), "--once")
    assert result.returncode == ExitCode.INCOMPLETE
    assert "127.0.0.1 is no public address" in result.stderr.decode()
    assert site.asked == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "feeds.toml: no such file or directory"),
        ("[[feeds]]\nsource = 'A'\n", "feeds.toml:1: feeds[1].url: is missing"),
        ("[[feeds]\n", "line 1"),
    ],
)
def test_a_list_that_cannot_be_used(quick: Cli, folder: Path, content: str | None, words: str) -> None:
    if content is not None:
        (folder / "feeds.toml").write_text(content)
    result = quick("feed", "feeds.toml")
    assert result.returncode == ExitCode.USAGE
    (line,) = result.stderr.decode().strip().splitlines()
    assert words in line


@pytest.mark.usefixtures("broker")
def test_ctrl_c_ends_it(environment: dict[str, str], site: Site, folder: Path) -> None:
    command = module_command("agents.cli", "feed", listed(folder, site.url("/feed.xml")))
    process = subprocess.Popen(command, cwd=folder, env=environment | LOCAL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = b""
    while b"3 new" not in said:
        line = process.stderr.readline()
        assert line, said.decode()
        said += line
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read().decode()
    assert process.wait(60) == ExitCode.OK
    assert rest.splitlines() == ["Stopped"]
