"""The simulated stream against what can be calculated, and its commands."""

import math
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
import simpy

from benchmarks.cases import Case
from benchmarks.flood import Flood
from benchmarks.journal import Journal, as_line
from benchmarks.loads import Steady, Use
from benchmarks.machine_speed import SpeedClock
from benchmarks.simulation import __main__ as command
from benchmarks.simulation import arrivals, page, plan, stream
from benchmarks.simulation.costs import ArticleCosts, Costs, Overheads, Shares, read
from benchmarks.simulation.pool import SimulatedPool
from benchmarks.simulation.processor import Machine
from benchmarks.simulation.stream import Layout, Simulated, Stream
from benchmarks.simulation.worker import Message, Partition, SendBatch
from benchmarks.usage import Usage
from pipeline.reader.model import KEPT
from pipeline.stages import article_stages

AMPLE = 1000
"""Cores, where these are not to count."""
ARTICLE = ArticleCosts(clean=0.01, entities=0.08, quotes=0.03, statements=0.002, quotes_elsewhere=0.1, quote_count=3)
TOGETHER = Shares(worker=0.02, broker=0.01, pages=0.005, client=0.003)
REQUEST = Shares(worker=0.01, broker=0.01, pages=0.003, client=0.001)
COSTS = Costs(
    (ARTICLE,),
    overheads=(Overheads(8, TOGETHER, REQUEST),),
    hop_seconds=0.006,
    confirm_seconds=0.002,
    memory_bytes={"worker": 8e7, "pages": 3e7, "models": 3e8, "pool": 1e8, "broker": 5e8},
    disk_bytes=2e4,
    network_bytes=6e4,
    measured={"cores": 2},
)
NO_OVERHEADS = Costs((ARTICLE,))


def run(costs: Costs, layout: Layout, articles: int) -> Simulated:
    return Stream(costs, layout).run(arrivals.backlog(articles))


def test_with_enough_cores_the_pool_is_the_limit():
    got = run(NO_OVERHEADS, Layout(processes=4, partitions=64, cores=AMPLE), 1000)
    assert got.articles_per_second == pytest.approx(4 / ARTICLE.stages, rel=0.03)
    assert got.pool == pytest.approx(1, abs=0.03)


def test_on_few_cores_throughput_is_the_cores_by_what_an_article_costs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "QUOTES_AT_ONCE", 1)  # by which the costs were made up
    got = run(COSTS, Layout(processes=8, partitions=64, cores=2), 600)
    each = ARTICLE.stages + sum(vars(TOGETHER).values())
    assert got.articles_per_second == pytest.approx(2 / each, rel=0.05)
    assert got.machine == pytest.approx(1, abs=0.03)
    assert got.broker_cores == pytest.approx(got.articles_per_second * TOGETHER.broker, rel=0.1)
    read_again = got.read_again * (ARTICLE.quotes_elsewhere - ARTICLE.quotes)
    assert got.used["pool"] == pytest.approx(600 * ARTICLE.stages + read_again, rel=0.001)
    for role in ("broker", "pages", "client"):
        assert got.used[role] / 600 == pytest.approx(getattr(TOGETHER, role), rel=0.1)
    # The statements of the last articles are joined later.
    assert 0.7 * TOGETHER.worker < got.used["worker"] / 600 < TOGETHER.worker


def test_one_partition_does_one_article_at_a_time_in_each_stage():
    """The longest stage is the limit, with the time until the broker has confirmed: further processes do not help."""
    costs = replace(NO_OVERHEADS, hop_seconds=0.05, confirm_seconds=0.02)
    no_rereading = replace(costs, articles=(replace(ARTICLE, quotes_elsewhere=ARTICLE.quotes),))
    got = run(no_rereading, Layout(processes=8, partitions=1, cores=AMPLE), 300)
    assert got.articles_per_second == pytest.approx(1 / (ARTICLE.entities + 0.02), rel=0.02)


@pytest.mark.parametrize(("between", "seconds"), [(KEPT - 1, ARTICLE.quotes), (KEPT, ARTICLE.quotes_elsewhere)])
def test_a_process_that_does_not_remember_an_article_reads_it_again(between: int, seconds: float):
    env = simpy.Environment()
    pool = SimulatedPool(Machine(env, AMPLE).group(), 1, NO_OVERHEADS)
    _, entities, quotes = article_stages()
    for number in range(between + 1):
        env.run(pool.run(entities, str(number).encode(), ARTICLE))
    begun = env.now
    env.run(pool.run(quotes, b"0", ARTICLE))
    assert env.now - begun == pytest.approx(seconds)


def test_an_idle_process_takes_what_another_one_has_read():
    env = simpy.Environment()
    pool = SimulatedPool(Machine(env, AMPLE).group(), 2, NO_OVERHEADS)
    _, entities, quotes = article_stages()
    env.run(pool.run(entities, b"0", ARTICLE))
    pool.run(entities, b"1", replace(ARTICLE, entities=5.0))
    begun = env.now
    env.run(pool.run(quotes, b"0", ARTICLE))
    assert env.now - begun == pytest.approx(ARTICLE.quotes_elsewhere)


def test_a_process_that_had_nothing_to_do_takes_longer_the_longer_that_was():
    env = simpy.Environment()
    costs = replace(NO_OVERHEADS, cold=1.5, cold_seconds=0.2)
    pool = SimulatedPool(Machine(env, AMPLE).group(), 1, costs)
    _, entities, _ = article_stages()

    def took(pause: float) -> float:
        env.run(env.now + pause) if pause else None
        begun = env.now
        env.run(pool.run(entities, str(begun).encode(), ARTICLE))
        return env.now - begun

    assert took(1.0) == pytest.approx(1.5 * ARTICLE.entities)
    for _ in range(3):
        last = took(0.0)
    assert last == pytest.approx(ARTICLE.entities)
    assert took(0.05) == pytest.approx(1.125 * ARTICLE.entities)
    assert took(0.3) == pytest.approx(1.5 * ARTICLE.entities)


def test_an_article_that_goes_to_another_worker_in_the_last_stage_is_read_again():
    """The stages are groups of their own: two workers may have their partitions the other way round."""
    layout = Layout(workers=2, processes=1, partitions=2, cores=AMPLE, assignment=((0, 1), (0, 1), (1, 0)))
    got = run(NO_OVERHEADS, layout, 400)
    each = ARTICLE.clean + ARTICLE.entities + ARTICLE.quotes_elsewhere
    assert got.read_again == 400
    assert got.used["pool"] == pytest.approx(400 * each, rel=0.01)
    assert got.articles_per_second == pytest.approx(2 / each, rel=0.03)
    same = run(NO_OVERHEADS, replace(layout, assignment=((0, 1), (0, 1), (0, 1))), 400)
    assert same.read_again == 0


def test_overheads_follow_the_number_of_partitions_in_a_straight_line():
    costs = replace(NO_OVERHEADS, overheads=(Overheads(8, TOGETHER), Overheads(32, TOGETHER.scaled(2))))
    assert costs.at(8).message == TOGETHER
    assert vars(costs.at(20).message) == pytest.approx(vars(TOGETHER.scaled(1.5)))
    assert vars(costs.at(56).message) == pytest.approx(vars(TOGETHER.scaled(3)))


def test_each_further_worker_keeps_the_broker_busy():
    idle = Overheads(8, idle=Shares(worker=0.02, broker=0.05))
    costs = replace(NO_OVERHEADS, overheads=(idle,), idle_broker=0.03)
    for workers, broker in ((1, 0.05), (4, 0.11)):
        got = Stream(costs, Layout(workers=workers, cores=AMPLE)).run(arrivals.steady(100, 5.0))
        assert got.broker_cores == pytest.approx(broker, rel=0.02)
        functions = 100 * ARTICLE.statements
        assert got.used["worker"] == pytest.approx(workers * 0.02 * got.received[-1] + functions, rel=0.02)


def test_on_a_machine_of_half_the_speed_everything_takes_twice_as_long():
    layout = Layout(processes=2, partitions=8, cores=2)
    slow = run(COSTS.scaled(2.0), layout, 200)
    assert slow.articles_per_second == pytest.approx(run(COSTS, layout, 200).articles_per_second / 2, rel=0.03)


def test_quotes_that_are_taken_at_once_share_requests(monkeypatch: pytest.MonkeyPatch):
    layout, costs = Layout(processes=1, partitions=1, cores=AMPLE), COSTS
    monkeypatch.setattr(stream, "QUOTES_AT_ONCE", 1)
    one = Stream(costs, layout).run(arrivals.steady(50, 2.0))
    monkeypatch.setattr(stream, "QUOTES_AT_ONCE", 16)
    many = Stream(costs, layout).run(arrivals.steady(50, 2.0))
    assert one.requests == pytest.approx(1)
    assert many.requests < 0.8
    assert many.used["worker"] < one.used["worker"]


def test_messages_that_are_taken_at_once_are_finished_together():
    env, taken = simpy.Environment(), list[int]()

    def handle(messages: list[Message]):
        taken.append(len(messages))
        yield env.timeout(1.0)

    partition = Partition(env, handle, at_once=3)
    for _ in range(6):
        partition.put(Message(b"", ARTICLE, 0, 0.0))
    env.run()
    assert taken == [3, 3]


def test_a_single_article_takes_the_time_of_its_stages_and_of_its_passages():
    got = Stream(COSTS, Layout(cores=AMPLE)).run(arrivals.steady(20, 1.0))
    assert got.latency(0.5) == pytest.approx(ARTICLE.stages + 2 * COSTS.hop_seconds, rel=0.05)
    elsewhere = Layout(2, cores=AMPLE, assignment=((0,) * 8, (1,) * 8, (0,) * 8))
    read_again = ARTICLE.quotes_elsewhere - ARTICLE.quotes
    got = Stream(COSTS, elsewhere).run(arrivals.steady(20, 1.0))
    assert got.latency(0.5) == pytest.approx(ARTICLE.stages + read_again + 4 * COSTS.hop_seconds, rel=0.05)


def test_what_is_read_side_by_side_takes_less_time_on_idle_cores_and_no_less_work():
    article = replace(ARTICLE, side_by_side=0.06)
    costs = replace(NO_OVERHEADS, articles=(article,))
    single = Stream(costs, Layout(cores=2)).run(arrivals.steady(20, 1.0))
    assert single.latency(0.5) == pytest.approx(ARTICLE.stages - 0.06 / 2, rel=0.02)
    busy, plain = (run(which, Layout(processes=2, partitions=64, cores=2), 400) for which in (costs, NO_OVERHEADS))
    assert busy.articles_per_second == pytest.approx(plain.articles_per_second, rel=0.03)
    assert busy.used["pool"] == pytest.approx(plain.used["pool"], rel=0.01)


def test_workers_on_machines_of_their_own_add_up():
    one, three = (run(COSTS, Layout(workers=number, partitions=24, broker_cores=8), 300 * number) for number in (1, 3))
    assert three.articles_per_second == pytest.approx(3 * one.articles_per_second, rel=0.05)


def test_quotas_of_workers_on_one_machine_are_their_limits():
    layout = Layout(workers=4, processes=1, partitions=16, cores=2, quota=0.25)
    message, request = (replace(shares, pages=0.0) for shares in (TOGETHER, REQUEST))  # one worker collects for all
    each = ARTICLE.stages + TOGETHER.worker
    same = run(replace(COSTS, overheads=(Overheads(8, message),)), layout, 200).articles_per_second
    assert same == pytest.approx(4 * 0.25 / each, rel=0.05)
    # Where messages that leave alone cost more, each of four workers has fewer of them that can leave together.
    more = run(replace(COSTS, overheads=(Overheads(8, message, request),)), layout, 200).articles_per_second
    assert 0.9 * same < more < same


def test_of_workers_on_one_machine_one_collects_for_the_pages():
    """With a share of the cores of its own, it has less left for articles than the others."""
    layout = Layout(workers=4, processes=1, partitions=16, cores=2, quota=0.25)
    costs = replace(NO_OVERHEADS, overheads=(Overheads(8, Shares(pages=0.02)),))
    got = run(costs, layout, 400)
    assert got.used["pages"] == pytest.approx(400 * 0.02, rel=0.05)
    assert got.articles_per_second < 0.85 * run(NO_OVERHEADS, layout, 400).articles_per_second


def test_waiting_grows_with_the_load():
    def median(share: float) -> float:
        per_second = share * 2 / (ARTICLE.stages + 0.05)
        sent = arrivals.poisson(per_second, 100, Random(3))
        return Stream(COSTS, Layout(random_partitions=True)).run(sent).latency(0.5, after=20)

    low, middle, high = median(0.1), median(0.5), median(0.9)
    assert ARTICLE.stages < low < middle < high


def test_what_waits_to_be_sent_leaves_together():
    env = simpy.Environment()
    batch, left = SendBatch(env, 1.0), list[tuple[float, int]]()

    def send(at: float):
        yield env.timeout(at)
        together = yield batch.wait()
        left.append((env.now, together))

    for at in (0.0, 0.5, 1.5, 1.6):
        env.process(send(at))
    env.run(2.0)
    assert batch.release(also=1) == 3
    env.run()
    assert left == [(1.0, 2), (1.0, 2), (2.0, 3), (2.0, 3)]
    assert batch.release(also=1) == 1


def test_a_day_has_its_mean_and_its_peak():
    shares = [arrivals.of_day(second) for second in range(0, arrivals.DAY_SECONDS, 60)]
    assert fmean(shares) == pytest.approx(1, abs=1e-3)
    assert max(shares) == pytest.approx(arrivals.PEAK)
    assert len(list(arrivals.day(50_000, Random(1)))) == pytest.approx(50_000, rel=0.02)


def test_articles_wait_longest_where_capacity_is_least():
    per_day = 86_400.0
    assert arrivals.longest_wait(per_day, 0.9) == math.inf
    assert arrivals.longest_wait(per_day, arrivals.PEAK) == 0
    waits = [arrivals.longest_wait(per_day, capacity) for capacity in (1.5, 2.0, 4.0)]
    assert waits == sorted(waits, reverse=True)
    # At 1.5 a second, what comes above that rate waits, and is worked off at that rate.
    above = sum(max(0.0, arrivals.of_day(second) - 1.5) for second in range(arrivals.DAY_SECONDS))
    assert waits[0] == pytest.approx(above / 1.5, rel=0.01)


def test_parameters_are_read_as_they_were_written(tmp_path: Path):
    COSTS.write(tmp_path / "costs.json")
    assert read(tmp_path / "costs.json") == COSTS
    (tmp_path / "other.json").write_text('{"articles": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="no file of parameters"):
        read(tmp_path / "other.json")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal of one case, as if it had been 10 % faster than the simulation says."""
    path = tmp_path / "journal.jsonl"
    rate = Stream(COSTS, Layout(), background=SpeedClock.cores(1.0)).run(arrivals.backlog(40)).articles_per_second * 1.1
    write_case(path, rate)
    return path


def write_case(path: Path, rate: float, *, piece_seconds: float = 1.0, machine: float = 2.0) -> None:
    """A case of 40 articles at that rate, on a machine of which all programs together used so many core seconds."""
    use = Use(2.0, [Usage("pool", 2.0, 0.0, 1, 1)], machine=machine)
    flood, steady = Flood(40, 40 / rate), Steady(rate / 2, [0.2] * 20, use)
    line = {
        "series": "processes", "case": vars(Case(articles=40)), "use": asdict(use), "piece_seconds": piece_seconds,
        "steady_piece_seconds": piece_seconds, "assignment": (), "sink_seconds": 0.0, "limited_by": "",
    }  # fmt: skip
    Journal(path).add("scale", "1", **line, flood=as_line(flood), steady=asdict(steady))


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """Runs the command with parameters; what it prints."""
    COSTS.write(tmp_path / "costs.json")

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["simulation", *arguments, "--parameters", str(tmp_path / "costs.json")])
        command.main()
        return capsys.readouterr().out

    return call


def test_the_check_says_how_far_the_simulation_is_off(says: Callable[..., str], journal: Path):
    said = says("--check", str(journal))
    assert "| articles a second |" in said
    assert "-9 % |" in said
    assert "Of 1 figures of throughput, 1 are within 10%" in said
    assert "| pool, backlog, ms an article | 50 |" in said


def test_the_check_takes_the_costs_for_the_speed_that_the_machine_had(says: Callable[..., str], tmp_path: Path):
    """A run on a machine of half the speed has half the throughput, and is as well foretold."""
    path, twice = tmp_path / "slow.jsonl", COSTS.scaled(2.0)
    write_case(
        path,
        Stream(twice, Layout(), background=SpeedClock.cores(2.0)).run(arrivals.backlog(40)).articles_per_second,
        piece_seconds=2.0,
    )
    said = says("--check", str(path))
    (row,) = (line for line in said.splitlines() if "| articles a second |" in line)
    assert row.endswith("| +0 % | 0.50 |")


def test_a_run_that_other_programs_disturbed_is_left_out(says: Callable[..., str], journal: Path):
    write_case(journal, 5.0, machine=4.5)
    said = says("--check", str(journal))
    assert said.count("| articles a second |") == 1
    assert "1 cases are left out" in said


def test_the_plan_has_a_column_for_each_way(says: Callable[..., str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(plan, "BACKLOG", 50)
    monkeypatch.setattr(plan, "WINDOW_SECONDS", 90.0)
    said = says("--plan", "--per-day", "1e6", "--price", "0.05")
    rows = dict(line.strip("| ").split(" | ", 1) for line in said.splitlines() if not line.startswith("|---"))
    assert rows["articles a day"] == "1,000,000 | 1,000,000"
    workers, fewer = (int(number) for number in rows["workers with 4 cores"].split(" | "))
    assert workers > fewer >= 1
    assert "they wait" in rows["simulated at the peak: p50, p95, p99, s"]
    assert any(name.startswith("cost of all cores") for name in rows)


def test_all_tables_are_written_into_the_page(
    says: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, journal: Path
):
    monkeypatch.setattr(plan, "BACKLOG", 50)
    monkeypatch.setattr(plan, "WINDOW_SECONDS", 90.0)
    names = ("measured", "checked", "planned")
    written = tmp_path / "scale.md"
    written.write_text(
        "".join(f"<!-- begin {name} -->\nold\n<!-- end {name} -->\n" for name in names), encoding="utf-8"
    )
    monkeypatch.setattr(page, "PAGE", written)
    for _ in range(2):  # what was written is replaced as well
        says("--document", str(journal), "--per-day", "1e6")
        said = written.read_text(encoding="utf-8")
        assert "old" not in said
        assert said.count("**Pool processes of one worker**") == 1
        assert said.count("Of 1 figures of throughput") == 1
        assert said.count("| articles a day | 1,000,000 | 1,000,000 |") == 1


def test_the_page_has_a_place_for_each_table():
    text = page.PAGE.read_text(encoding="utf-8")
    for name in ("measured", "checked", "planned"):
        assert "| new |" in page.filled(text, {name: ["| new |"]})
    with pytest.raises(ValueError, match="no place for another"):
        page.filled(text, {"another": []})


def test_without_parameters_the_command_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(sys, "argv", ["simulation", "--plan", "--parameters", str(tmp_path / "none.json")])
    with pytest.raises(SystemExit, match="no parameters"):
        command.main()


@pytest.mark.parametrize(
    ("content", "why"), [("", "has no cases"), ("{", "no journal"), ('{"part": "scale"}', "no journal")]
)
def test_a_journal_without_cases_is_said_to_be_none(says: Callable[..., str], tmp_path: Path, content: str, why: str):
    (tmp_path / "journal.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=why):
        says("--check", str(tmp_path / "journal.jsonl"))


def test_a_plan_needs_articles(says: Callable[..., str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        says("--plan", "--per-day", "0")
    assert "need numbers above 0" in capsys.readouterr().err
