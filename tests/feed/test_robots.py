"""What is remembered of robots.txt."""

import pytest
from yarl import URL

from agents.feed import robots
from agents.feed.robots import Robots, RobotsResponse, RulesUnknown


async def test_of_many_origins_those_that_were_read_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "MOST_ORIGINS", 2)
    read: list[str | None] = []

    async def robots_txt(url: URL) -> RobotsResponse:
        read.append(url.host)
        return RobotsResponse(404)

    rules = Robots("redefluss", robots_txt)
    for host in ("a", "b", "b", "c", "c", "b", "a"):
        assert await rules.allowed(URL(f"https://{host}/"))
    assert read == ["a", "b", "c", "a"]


@pytest.mark.timeout(20)
async def test_no_rule_takes_for_ever() -> None:
    """Before its version 0.7, protego needed years for this one, and the feed went on to no other site meanwhile."""

    async def robots_txt(_: URL) -> RobotsResponse:
        return RobotsResponse(200, f"User-agent: *\nDisallow: /{'*a' * 12}*b$\nDisallow: /*c\n")

    rules = Robots("redefluss", robots_txt)
    assert await rules.allowed(URL(f"https://a.example/{'a' * 2_000}"))
    assert not await rules.allowed(URL(f"https://a.example/{'a' * 2_000}c"))


@pytest.mark.parametrize("status", [0, 429, 500])
async def test_rules_that_did_not_come_are_unknown(status: int) -> None:
    async def robots_txt(_: URL) -> RobotsResponse:
        return RobotsResponse(status)

    with pytest.raises(RulesUnknown):
        await Robots("redefluss", robots_txt).allowed(URL("https://a.example/"))
