"""The operations page: what is wrong is said, with what to do, and nothing else is blamed."""

import html
import re
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client.parser import text_string_to_metric_families

from agents import health
from agents.backlog import BacklogSample, Trend, trend
from agents.health import ClusterFacts, assess_stage
from agents.web.rates import lag_course
from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter, TopicMessage
from agents.web.views.runbooks import runbook
from agents.worker_life import WorkerReport, lives
from pipeline.stages import STAGES
from schemas.codec import encode
from tests.web.articles import quote_article
from tests.web.conftest import FakeStatus, all_is_well
from tests.web.test_health import CLEAN, codes, facts, outcome, worker

Client = TestClient[Any, Any]
HTML = {"Accept": "text/html", "Accept-Language": "de"}
EVERY_PAGE = ("/", "/search", "/people", "/shares", "/operations", "/dead-letters", "/articles/a-1", "/runbooks")


async def get(client: Client, path: str) -> tuple[int, str]:
    async with client.get(path, headers=HTML) as response:
        return response.status, await response.text()


async def api(client: Client) -> Any:
    async with client.get("/api/operations") as response:
        return await response.json()


def waiting(lag: int, *, oldest: float | None = None) -> list[dict[str, Any]]:
    at = None if oldest is None else time.time() - oldest
    half = {"committed": 5, "begin": 0, "end": 5 + lag // 2, "lag": lag // 2, "still_seconds": 1.0, "oldest_at": at}
    return [{"partition": n} | half for n in range(2)]


async def test_an_article_with_an_impossible_time_stamp_stands_on_the_pages(
    client: Client, writer: StoreWriter
) -> None:
    article = encode(quote_article("a-9", title="Aus ferner Zeit"))
    writer.add([TopicMessage("articles.quotes", 0, 9, 2**62 / 1000, article, {})])
    for path in (
        *EVERY_PAGE,
        "/articles/a-9",
        "/search.atom",
        "/api/quotes",
        "/api/articles",
        "/api/shares?by=speaker",
    ):
        assert (await get(client, path))[0] == 200, path
    assert "Aus ferner Zeit" in (await get(client, "/"))[1]


def test_what_was_sampled_before_the_clock_was_set_back_says_nothing(tmp_path: Path) -> None:
    writer, now = StoreWriter(tmp_path / "store.sqlite", keep_articles=2, keep_days=30), time.time()
    writer.add_samples(now + 86400, {"entities": (7, 5000)})
    for seconds in (200, 100):
        writer.add_samples(now - seconds, {"entities": (1000 - seconds, 10)})
    samples = StoreReader(tmp_path / "store.sqlite").samples(now - 300)["entities"]
    assert trend(samples, now) == Trend(seconds=100, lag=10, growth=0, done=100)


# How a backlog develops


def test_a_trend_tells_how_long_it_takes() -> None:
    falling = trend(
        [BacklogSample(0.0, 0, 900), BacklogSample(700.0, 100, 900), BacklogSample(800.0, 400, 600)], now=900.0
    )
    assert (falling.seconds, falling.growth, falling.done, falling.lag) == (100.0, -300, 300, 600)
    assert falling.work_seconds == 200.0
    assert falling.until_done_seconds == 200.0
    growing = trend([BacklogSample(700.0, 100, 900), BacklogSample(800.0, 400, 1200)], now=900.0)
    assert growing.work_seconds == 400.0
    assert growing.until_done_seconds is None
    assert trend([BacklogSample(800.0, 1, 5)], now=900.0).work_seconds == float("inf")
    assert trend([BacklogSample(800.0, 1, 0)], now=900.0).work_seconds == 0.0
    assert trend([], now=900.0).until_done_seconds == 0.0


def test_the_course_of_what_waits_has_no_holes() -> None:
    course = lag_course([BacklogSample(10.0, 0, 7), BacklogSample(20.0, 0, 9), BacklogSample(130.0, 0, 3)], now=1800.0)
    assert course[:5] == [9, 9, 3, 3, 3]
    assert len(course) == 30


# Amber


@pytest.mark.parametrize(
    ("lag", "first", "oldest", "code"),
    [
        (4266, 4266, None, "backlog"),
        (4266, 9000, None, "backlog"),
        (400, 100, None, "backlog-grows"),
        (4, 4, 400.0, "old-news"),
        (90, 10, 20.0, None),
        (900, 1200, 20.0, None),
    ],
)
async def test_a_backlog_is_said_though_the_stream_is_ready(
    client: Client, writer: StoreWriter, lag: int, first: int, oldest: float | None, code: str | None
) -> None:
    now = time.time()
    all_is_well(writer, entities=waiting(lag, oldest=oldest))
    writer.add_samples(now - 100, {"entities": (0, first)})
    writer.add_samples(now - 1, {"entities": (50, lag)})
    stage = (await api(client))["stages"][1]
    assert [why["code"] for why in stage["why"]] == ([code] if code else [])
    assert stage["health"] == ("warning" if code else "ok")
    all_is_well(writer, entities=waiting(lag, oldest=oldest))
    _, page = await get(client, "/operations")
    assert ('class="banner warning"' in page) is (code is not None)
    assert ("Der Strom läuft, aber nicht, wie er sollte." in page) is (code is not None)
    assert 'data-ready="true"' in page
    if code:
        assert "/runbooks#redeflusslaggrows" in page
    all_is_well(writer, entities=waiting(lag, oldest=oldest))
    async with client.get("/health/ready") as response:
        assert response.status == 200


def test_some_stopped_processes_are_amber_all_are_red_at_once() -> None:
    half = worker(pool={"processes": [{"pid": 7, "state": "stopped"}, {"pid": 8, "state": "busy"}]})
    assert codes(CLEAN, facts(half)) == ("warning", ["some-processes-stopped"])
    assert all(outcome(facts(half)).values())


async def test_stopped_processes_are_the_reason_on_the_banner(client: Client, status: FakeStatus) -> None:
    status.said["pool"] = {
        "processes": [{"pid": pid, "state": "stopped", "busy_seconds": 0.0, "stage": None} for pid in (71, 72)],
    }
    _, page = await get(client, "/operations")
    banner = page[page.index('class="banner bad"') : page.index('<ol class="flow">')]
    assert "71, 72" in banner
    assert "kill -CONT" in page


# Who is to blame


def gone(name: str, *, age: float, host: str = "h", **said: Any) -> WorkerReport:
    return worker(name, age=age, host=host, spoke_at=1000.0 - age, **said)


def test_stopped_replaced_and_lost_workers_are_told_apart() -> None:
    own = worker("own", started_at=100.0, host="a")
    successor = worker("successor", started_at=960.0, host="h")
    lost = [gone("killed", age=50.0), gone("killed-too", age=45.0)]
    workers = [own, successor, gone("left", age=30.0, left=True), *lost]
    assert lives(workers) == {
        "own": "alive",
        "successor": "alive",
        "left": "stopped",
        "killed-too": "replaced",
        "killed": "lost",
    }


def test_a_new_worker_stands_for_nobody_who_was_lost_after_it_came_or_ran_something_else() -> None:
    successor = worker("successor", started_at=960.0, stages=("clean",))
    assert lives([successor, gone("killed", age=20.0, stages=("clean",))])["killed"] == "lost"
    assert lives([successor, gone("killed", age=60.0, stages=("quotes",))])["killed"] == "lost"
    assert lives([successor, gone("killed", age=60.0, stages=("clean",))])["killed"] == "replaced"


def test_a_worker_that_was_stopped_or_replaced_is_no_reason_while_others_run() -> None:
    of = facts(worker(started_at=990.0), gone("left", age=30.0, left=True), gone("killed", age=50.0))
    for stage in STAGES:
        assert codes(stage, of) == ("ok", [])


def test_the_last_worker_of_a_stage_is_said_to_have_been_stopped_not_lost() -> None:
    of = facts(worker(stages=("clean",)), gone("left", age=30.0, left=True, stages=("entities",)))
    assert codes(STAGES[1], of) == ("stuck", ["no-worker", "stopped-worker"])


def test_one_who_said_good_bye_is_not_alive_however_lately_it_spoke() -> None:
    assert not gone("left", age=1.0, left=True).alive


async def test_workers_that_ended_are_shown_as_what_they_are(
    client: Client, writer: StoreWriter, status: FakeStatus
) -> None:
    now = time.time()
    other = status.snapshot() | {"host": "h", "started_at": now - 500}
    for name, age in (("left-1", 100.0), ("lost-2", 90.0), ("new-3", 0.0)):
        began = now - 50 if name == "new-3" else now - 500
        writer.put_worker(name, now - age, other | {"worker": name, "started_at": began})
    writer.put_worker("lost-4", now - 200, other | {"worker": "lost-4", "stages": ["clean", "other"]})
    writer.put_left("left-1", now - 40)
    status.said["started_at"] = now - 400
    found = {w["worker"]: (w["life"], w["assignment"] != {}) for w in (await api(client))["workers"]}
    assert found == {
        "this-1": ("alive", True),
        "left-1": ("stopped", False),
        "lost-2": ("replaced", True),
        "new-3": ("alive", True),
        "lost-4": ("lost", True),
    }
    _, page = await get(client, "/operations")
    shown = dict(sorted((name, life) for life, name in re.findall(r'data-life="(\w+)" aria-label="([^"]+)"', page)))
    assert shown == {name: life for name, (life, _) in sorted(found.items())}
    assert re.search(r"vor 4\d,", page)
    assert 'data-health="stuck"' not in page


async def test_a_report_that_is_incomplete_or_foreign_is_left_out(
    client: Client, writer: StoreWriter, status: FakeStatus
) -> None:
    now = time.time()
    whole = status.snapshot()
    foreign: dict[str, Any] = {
        "no-host": {"worker": "no-host", "stages": ["clean"]},
        "no-list": whole | {"worker": "no-list", "stages": 7},
        "no-time": whole | {"worker": "no-time", "started_at": 1e300},
        "no-pool": whole | {"worker": "no-pool", "pool": {"processes": ["x"]}},
        "no-error": whole | {"worker": "no-error", "errors": [{"at": "?"}]},
        "no-latency": whole | {"worker": "no-latency", "latency": {"clean": {"soon": 3}}},
    }
    for name, said in foreign.items():
        writer.put_worker(name, now, said)
    writer.put_worker("other-2", now, whole | {"worker": "other-2", "errors": [{"at": 1, "stage": "?", "text": "e"}]})
    writer.put_program("feed", "f", now, {"program": "feed", "name": "f", "sources": 7})
    assert {worker["worker"] for worker in (await api(client))["workers"]} == {"this-1", "other-2"}
    for path in ("/operations", "/fragments/operations", "/health/ready", "/metrics", "/feeds"):
        assert (await get(client, path))[0] == 200, path


def test_silence_proves_nothing_while_the_broker_is_away() -> None:
    of = ClusterFacts(60.0, None, {}, worker(stages=("clean",)), [gone("w2", age=60.0, stages=("entities",))])
    assert {assess_stage(stage, of).health for stage in STAGES} == {"unknown"}
    stopped = worker(pool={"processes": [{"pid": 7, "state": "stopped"}]})
    assert assess_stage(CLEAN, ClusterFacts(60.0, None, {}, stopped)).why == [
        {"code": "processes-stopped", "pids": [7]}
    ]


# Runbooks


def test_the_title_of_the_runbooks_is_left_out_and_nothing_behind_it() -> None:
    text, sections = runbook()
    assert text.startswith("<p>")
    assert "<h1" not in text
    assert [html.escape(name, quote=False) in text for _, name in sections] == [True] * len(sections)


async def test_each_reason_has_advice_whose_runbook_is_there(client: Client) -> None:
    _, runbooks = await get(client, "/runbooks")
    headings = set(re.findall(r'<h2 id="([a-z0-9-]+)"', runbooks))
    source = Path(health.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'"code": "([a-z-]+)"', source)) | {"silent-worker", "stopped-worker"}
    from agents.web.rendering import environment

    module: Any = environment("de").get_template("_macros.html").module
    for code in reasons:
        advice = str(module.advice({"code": code}))
        (section,) = re.findall(r"/runbooks#([a-z]+)", advice)
        assert section in headings, code
        assert re.search(r'class="advice">\s*\w', advice), code


# Metrics of the whole cluster


async def test_what_is_the_same_for_all_is_told_by_one_worker(
    client: Client, writer: StoreWriter, status: FakeStatus
) -> None:
    now = time.time()
    all_is_well(writer, entities=waiting(60, oldest=45.0))
    writer.add_samples(now - 100, {"entities": (0, 90)})
    writer.add_samples(now, {"entities": (30, 60)})

    async def told() -> dict[str, dict[tuple[str, ...], float]]:
        async with client.get("/metrics") as response:
            text = await response.text()
        assert "_created" not in text
        return {
            family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
            for family in text_string_to_metric_families(text)
        }

    found = await told()
    assert sum(value for key, value in found["redefluss_consumer_lag"].items() if "entities" in key) == 60
    assert found["redefluss_lag_seconds"]["entities",] == pytest.approx(200.0)
    assert found["redefluss_oldest_unread_seconds"]["entities",] == pytest.approx(45.0, abs=5.0)
    assert found["redefluss_workers"]["alive",] == 1.0
    assert found["redefluss_unconfirmed"][()] == 0.0
    first = status.snapshot() | {"worker": "a-first"}
    writer.put_worker("a-first", now, first)
    assert (await told())["redefluss_consumer_lag"], "the first has no web view, and so nothing that Prometheus asks"
    writer.put_worker("a-first", now, first | {"web": "http://first:6066/"})
    writer.put_worker("b-lost", now - 60, status.snapshot() | {"worker": "b-lost", "started_at": now - 999})
    found = await told()
    assert found["redefluss_consumer_lag"] == found["redefluss_lag_seconds"] == {}
    assert found["redefluss_workers"]["alive",] == 2.0
    assert set(found["redefluss_stage_stuck"].values()) == {0.0}
    writer.put_worker("a-first", now - 60, first | {"web": "http://first:6066/"})
    assert (await told())["redefluss_consumer_lag"]
