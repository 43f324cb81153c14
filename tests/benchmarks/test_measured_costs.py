"""How the simulation's parameters follow from what is measured."""

import orjson
import pytest

from benchmarks.direct_calls import direct_calls
from benchmarks.flood import Flood
from benchmarks.loads import Singles, Steady, Use
from benchmarks.machine_speed import PAUSE_SECONDS, SpeedClock
from benchmarks.simulation.costs import ArticleCosts
from benchmarks.simulation.measure import measure_stages, side_by_side
from benchmarks.simulation.measured_costs import (
    MeasuredStages,
    MeasuredStream,
    Requests,
    costs_of,
    longer_beside_others,
    requests_of,
)
from benchmarks.usage import Usage
from pipeline.config import PipelineConfig

LIGHT = PipelineConfig(model_de="redefluss-fast", quote_model="redefluss-fast")
ALONE = ArticleCosts(0.01, 0.06, 0.03, 0.002, 0.08, 2)
STAGES = MeasuredStages([ALONE], slowdown=1.1, piece_seconds=0.01)
ARTICLES = 100
TEXT = (
    "Der Rat von Waldau hat am {}. März beschlossen, das Freibad zu schließen. „Das tut weh“, sagte "
    "Bürgermeisterin Hanna Tölke nach der Sitzung. Für die Sanierung fehle das Geld."
)


def use(seconds: float, *, client: float = 0.0, network_bytes: int = 0, **by_role: float) -> Use:
    processes = [Usage(role, cpu, 0.0, 10, 20) for role, cpu in by_role.items()]
    return Use(seconds, processes, client, network_bytes)


def stream(partitions: int = 8, piece_seconds: float = 0.01) -> MeasuredStream:
    """A stream whose figures are easily calculated with."""
    return MeasuredStream(
        partitions=partitions,
        broker_alone=0.02,
        single=Singles(count=10, on_the_way=0.02, confirmed=0.003, use=use(3.0, pool=1.2)),
        single_speed=piece_seconds,
        flood=Flood(ARTICLES, 10.0),
        backlog=use(10.0, worker=2.3, pool=15.58, pages=0.5, broker=1.4, client=0.22, network_bytes=6_000_000),
        backlog_speed=piece_seconds,
        nothing=use(10.0, worker=0.1, pool=0.0, pages=0.02, broker=0.3, client=0.0, network_bytes=1_000_000),
        steady=Steady(5.0, [0.2] * 50, use(10.0, worker=1.6, pool=6.4, pages=0.32, broker=1.3, client=0.4)),
        steady_speed=piece_seconds,
        disk_bytes=2_000_000,
    )


def test_what_is_used_without_work_and_by_the_slowdown_is_taken_out():
    costs = costs_of(STAGES, [stream()], [Requests()], 2)
    (overheads,) = costs.overheads
    assert costs.slowdown == 1.1
    assert vars(overheads.idle) == pytest.approx({"worker": 0.01, "pages": 0.002, "broker": 0.03, "client": 0.0})
    assert costs.idle_broker == 0.02
    # In the backlog, both cores are busy.
    assert overheads.message.worker == pytest.approx((2.3 - 0.1) / ARTICLES / 1.1)
    assert overheads.message.broker == pytest.approx((1.4 - 0.3) / ARTICLES / 1.1)
    assert overheads.message.client == pytest.approx(0.22 / ARTICLES / 1.1)
    # At the steady rate 1.002 of two cores are busy: half of the slowdown.
    assert overheads.shares(1).worker == pytest.approx((1.6 - 0.1) / 50 / (1 + 0.1 * 1.002 / 2))


def test_what_a_request_costs_is_not_counted_twice():
    """Under each load, messages cost what was measured, in as many requests as they were sent there."""
    requests = Requests(backlog=0.2, steady=0.9)
    ((one,), (other,)) = (costs_of(STAGES, [stream()], [how], 2).overheads for how in (Requests(), requests))
    assert vars(other.shares(1 / 0.2)) == pytest.approx(vars(one.message))
    assert vars(other.shares(1 / 0.9)) == pytest.approx(vars(one.shares(1)))


def test_in_a_backlog_messages_leave_in_fewer_requests():
    costs = costs_of(STAGES, [stream()], [Requests()], 2)
    requests = requests_of(stream(), costs, 2)
    assert 0 < requests.backlog < 0.6 < requests.steady <= 1


def test_single_articles_give_the_passage_and_the_cold_start():
    costs = costs_of(STAGES, [stream()], [Requests()], 2)
    assert costs.hop_seconds == pytest.approx(0.01)
    assert costs.confirm_seconds == 0.003
    assert costs.cold == pytest.approx(0.12 / 0.1)


def test_what_was_measured_while_the_machine_was_slower_is_taken_for_the_speed_of_the_stages():
    same, slower = (costs_of(STAGES, [stream(piece_seconds=seconds)], [Requests()], 2) for seconds in (0.01, 0.0125))
    assert slower.hop_seconds == pytest.approx(0.8 * same.hop_seconds)
    assert slower.overheads[0].message.worker == pytest.approx(0.8 * same.overheads[0].message.worker)
    assert same.cold == pytest.approx(1.2)
    assert slower.cold == 1.0


@pytest.mark.parametrize(
    ("seconds", "elapsed", "cores", "expected"),
    [(0.1, 0.07, 2, 0.06), (0.1, 0.07, 4, 0.04), (0.1, 0.11, 2, 0.0), (0.1, 0.04, 2, 0.1), (0.1, 0.07, 1, 0.0)],
)
def test_what_was_done_side_by_side_follows_from_the_time_that_passed(
    seconds: float, elapsed: float, cores: int, expected: float
) -> None:
    assert side_by_side(seconds, elapsed, cores) == pytest.approx(expected)


def test_what_the_pool_takes_longer_beside_others_is_in_the_costs_of_articles():
    plain = costs_of(STAGES, [stream()], [Requests()], 2)
    # In the backlog, both cores are busy, so that 0.1 s of an article take 0.11 s each; 0.1558 s were measured.
    factor = longer_beside_others(stream(), plain, 2)
    assert factor == pytest.approx(15.58 / (0.11 * ARTICLES), rel=0.02)
    costs = costs_of(STAGES, [stream()], [Requests()], 2, factor)
    assert costs.articles[0].entities == pytest.approx(factor * 0.06)
    assert longer_beside_others(stream(), costs, 2) == pytest.approx(1, rel=0.02)


def test_overheads_are_known_for_each_number_of_partitions():
    costs = costs_of(STAGES, [stream(8), stream(32)], [Requests()] * 2, 2)
    assert [item.partitions for item in costs.overheads] == [8, 32]


def test_bytes_of_an_article_are_without_those_of_an_idle_stream():
    costs = costs_of(STAGES, [stream()], [Requests()], 2)
    assert costs.network_bytes == pytest.approx(5_000_000 / ARTICLES)
    assert costs.disk_bytes == pytest.approx(20_000)
    assert costs.memory_bytes == {"worker": 10, "pages": 10, "models": 10, "pool": 10, "broker": 20}


def test_each_article_costs_something_in_each_stage_and_the_clock_runs_meanwhile():
    values = [orjson.dumps({"title": "Rat", "text": TEXT.format(number)}) for number in range(30)]
    with SpeedClock(LIGHT) as clock, direct_calls(2, LIGHT) as calls:
        stages = measure_stages(calls, values, 2, clock)
    assert len(stages.alone) == len(values)
    assert all(min(cost.clean, cost.entities, cost.quotes, cost.statements) > 0 for cost in stages.alone)
    assert all(cost.quote_count > 0 for cost in stages.alone)
    assert stages.slowdown >= 1
    assert 0 < stages.piece_seconds < PAUSE_SECONDS


def test_an_article_that_a_stage_refuses_ends_the_measurement():
    with direct_calls(2, LIGHT) as calls:
        with pytest.raises(ValueError, match="clean refused an article"):
            calls.articles([b"{}"], 0, 1)
        good = orjson.dumps({"title": "Rat", "text": TEXT.format(1)})
        assert calls.articles([good], 1)[0][0].quotes > 0
