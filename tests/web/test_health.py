"""Judgements on the stream, from made-up facts."""

from dataclasses import replace
from typing import Any

import pytest

from agents import health
from agents.health import ClusterFacts, assess_stage, ready
from agents.progress import PartitionProgress
from agents.recent_latency import RecentLatency
from agents.stall_timer import StallTimer
from agents.worker_life import SILENT_SECONDS, WorkerReport, lives
from pipeline.stages import STAGES

CLEAN, ENTITIES, QUOTES, STATEMENTS = STAGES


def worker(
    name: str = "w1", *, age: float = 0.0, stages: tuple[str, ...] = tuple(stage.name for stage in STAGES), **said: Any
) -> WorkerReport:
    topics = {stage.source: [0, 1] for stage in STAGES if stage.name in stages}
    status = {
        "worker": name,
        "stages": list(stages),
        "assignment": topics,
        "models": {"state": "ready"},
        "pool": {"processes": [{"pid": 7, "state": "idle"}]},
    }
    return WorkerReport(status | said, age)


def place(partition: int = 0, *, lag: int = 0, still: float = 0.0) -> dict[str, Any]:
    return {"partition": partition, "lag": lag, "still_seconds": still}


def facts(own: WorkerReport, *others: WorkerReport, **places: list[dict[str, Any]]) -> ClusterFacts:
    known = {stage.name: [place(0), place(1)] for stage in STAGES}
    return ClusterFacts(1.0, None, known | places, own, others)


def codes(stage: Any, of: ClusterFacts) -> tuple[str, list[str]]:
    judgement = assess_stage(stage, of)
    return judgement.health, [why["code"] for why in judgement.why]


def outcome(of: ClusterFacts, loop_age: float = 0.0, *, whole: bool = True) -> dict[str, bool]:
    return {name: ok for name, ok, _ in ready(of, loop_age, whole_stream=whole)}


def test_all_is_well() -> None:
    assert codes(CLEAN, facts(worker())) == ("ok", [])
    assert all(outcome(facts(worker())).values())


def test_lag_alone_is_no_trouble() -> None:
    assert codes(CLEAN, facts(worker(), clean=[place(0, lag=500, still=3.0), place(1)])) == ("ok", [])
    much = facts(worker(), clean=[place(0, lag=5000, still=3.0), place(1)])
    assert codes(CLEAN, much) == ("warning", ["backlog"])
    assert all(outcome(much).values())


def test_many_dead_letters_are_worth_a_word() -> None:
    many = replace(facts(worker()), letters={"clean": 21, "quotes": 20})
    assert codes(CLEAN, many) == ("warning", ["dead-letters"])
    assert codes(QUOTES, many) == ("ok", [])
    assert all(outcome(many).values())


def test_what_a_producer_holds_back_is_worth_a_word_and_no_trouble_of_the_stage() -> None:
    held = place(1, lag=7) | {"held": 7, "held_seconds": 200.0}
    judgement = assess_stage(CLEAN, facts(worker(), clean=[place(0), held]))
    assert judgement.health == "warning"
    assert judgement.why == [{"code": "open-transaction", "partitions": [1], "held": 7, "seconds": 200}]
    assert codes(CLEAN, facts(worker(), clean=[place(0), held | {"held_seconds": 70.0}])) == ("ok", [])
    besides = held | {"lag": 8, "still_seconds": 40.0}
    assert codes(CLEAN, facts(worker(), clean=[place(0), besides])) == ("stuck", ["no-progress"])


def test_lag_without_progress_is() -> None:
    stuck = facts(worker(), entities=[place(0, lag=3, still=21.0), place(1, lag=4, still=30.0), place(2)])
    judgement = assess_stage(ENTITIES, stuck)
    assert judgement.health == "stuck"
    assert judgement.why == [{"code": "no-progress", "seconds": 21, "lag": 7}]
    assert codes(CLEAN, stuck)[0] == "ok"
    checks = outcome(stuck)
    assert not checks["stage entities"]
    assert checks["stage clean"]


def test_one_partition_may_stand_still_for_longer_but_not_for_ever() -> None:
    assert codes(CLEAN, facts(worker(), clean=[place(0, lag=1, still=50.0), place(1, lag=1)])) == ("ok", [])
    assert codes(CLEAN, facts(worker(), clean=[place(0, lag=1, still=61.0), place(1, lag=1)])) == (
        "stuck",
        ["partitions-still"],
    )


def test_a_stage_that_no_worker_runs_is_stuck_even_without_lag() -> None:
    some = worker(stages=("clean", "quotes"))
    assert codes(ENTITIES, facts(some)) == ("stuck", ["no-worker"])
    assert not all(outcome(facts(some)).values())
    assert all(outcome(facts(some), whole=False).values())
    assert codes(ENTITIES, facts(some, worker("w2", stages=("entities",)))) == ("ok", [])


def test_a_topic_that_is_not_there_is_a_start() -> None:
    assert codes(CLEAN, facts(worker(), clean=[])) == ("starting", ["no-topic"])


def test_a_silent_worker_counts_as_gone_and_is_named() -> None:
    gone = worker("w2", age=11.0, stages=("entities",))
    assert codes(ENTITIES, facts(worker(stages=("clean",)), gone)) == ("stuck", ["no-worker", "silent-worker"])


def test_only_those_that_ran_a_stage_last_are_blamed() -> None:
    before, last, beside = (
        worker(name, age=age, stages=("entities",), left=True)
        for name, age in (("w2", 400.0), ("w3", 30.0), ("w4", 35.0))
    )
    why = assess_stage(ENTITIES, facts(worker(stages=("clean",)), before, last, beside)).why
    assert [reason.get("worker") for reason in why] == [None, "w3", "w4"]


def test_a_store_that_cannot_be_written_is_not_a_broker_that_is_away() -> None:
    of = ClusterFacts(
        60.0, None, {}, worker(), store_trouble="web/a.sqlite cannot be written: database or disk is full"
    )
    assert codes(CLEAN, of) == ("unknown", ["store-still"])
    details = {name: detail for name, _, detail in ready(of, 0.0, whole_stream=True)}
    assert "database or disk is full" in details["broker"]
    assert codes(CLEAN, replace(of, broker_detail="gone")) == ("unknown", ["broker-away"])
    assert codes(CLEAN, replace(facts(worker()), store_trouble="a moment ago")) == ("ok", [])


def test_stopped_processes_stop_their_stages() -> None:
    stopped = worker(pool={"processes": [{"pid": 7, "state": "stopped"}, {"pid": 8, "state": "stopped"}]})
    assert codes(QUOTES, facts(stopped)) == ("stuck", ["processes-stopped"])
    half = worker(pool={"processes": [{"pid": 7, "state": "stopped"}, {"pid": 8, "state": "busy"}]})
    assert codes(QUOTES, facts(half)) == ("warning", ["some-processes-stopped"])
    assert codes(QUOTES, facts(stopped, worker("w2"))) == ("warning", ["some-processes-stopped"])
    still = [place(0, lag=3, still=21.0), place(1)]
    assert codes(QUOTES, facts(half, quotes=still)) == ("stuck", ["no-progress", "some-processes-stopped"])
    assert codes(STATEMENTS, facts(stopped)) == ("ok", []), "a stateful stage does its work without them"


def test_a_pool_without_processes_is_not_a_stopped_one() -> None:
    assert codes(CLEAN, facts(worker(pool={"processes": []}))) == ("ok", [])


@pytest.mark.parametrize(("state", "expected"), [("loading", "starting"), ("failed", "stuck")])
def test_models(state: str, expected: str) -> None:
    of = facts(worker(models={"state": state, "detail": "no such model"}))
    assert codes(CLEAN, of)[0] == expected
    told = {name: (ok, detail) for name, ok, detail in ready(of, 0.0, whole_stream=True)}
    assert told["models"] == (False, f"{state}: no such model")


def test_partitions_that_nobody_has_are_a_start_and_no_stall() -> None:
    assert codes(CLEAN, facts(worker(), clean=[place(n) for n in range(3)])) == ("starting", ["unassigned"])
    outside = worker(assignment={})
    assert not outcome(facts(outside, worker("w2")))["assigned"]
    half = worker(assignment={stage.source: [0, 1] for stage in (CLEAN, ENTITIES)})
    checks = {name: (ok, detail) for name, ok, detail in ready(facts(half, worker("w2")), 0.0, whole_stream=True)}
    assert checks["assigned"] == (False, "not in the consumer group of quotes, statements")


def test_a_spare_worker_is_ready_once_it_has_joined() -> None:
    spare = worker(assignment={stage.source: [] for stage in STAGES})
    assert all(outcome(facts(spare, worker("w2"))).values())
    assert not all(outcome(facts(spare)).values()), "nobody has the partitions"


@pytest.mark.parametrize(
    ("age", "detail", "ok"), [(1.0, None, True), (13.0, None, False), (None, None, False), (1.0, "timed out", False)]
)
def test_the_broker_must_have_answered_lately(age: float | None, detail: str | None, ok: bool) -> None:
    of = ClusterFacts(age, detail, {}, worker())
    assert outcome(of)["broker"] is ok
    assert of.broker_answers is ok


def test_a_hanging_loop_is_neither_live_nor_ready() -> None:
    assert health.live(0.5)[0][1]
    assert not health.live(11.0)[0][1]
    assert not outcome(facts(worker()), loop_age=11.0)["loop"]


def test_standing_still_is_measured_from_the_last_commit_or_the_first_lag() -> None:
    still = StallTimer()

    def see(committed: int | None, end: int, now: float) -> float:
        return still.see("clean/0", committed, waits=end > (committed or 0), now=now)

    assert see(10, 10, 0.0) == 0.0
    assert see(10, 12, 100.0) == 0.0
    assert see(10, 15, 130.0) == 30.0
    assert see(11, 15, 140.0) == 0.0
    assert see(11, 15, 145.0) == 5.0
    assert see(15, 15, 150.0) == 0.0
    assert see(15, 16, 500.0) == 0.0


def test_a_group_that_never_committed_lags_from_the_beginning_that_is_left() -> None:
    for committed in (None, 50, 101):  # 101: of a topic that was made again, or whose last messages the broker has lost
        place = PartitionProgress("clean", "g", "t", 0, committed, begin=90, end=100, readable_end=100)
        assert (place.lag, place.next_offset) == (10, 90)
    assert PartitionProgress("clean", "g", "t", 0, 99, begin=90, end=100, readable_end=100, only_gaps=True).lag == 0


def test_recent_latency_forgets_what_is_old() -> None:
    recent = RecentLatency()
    assert recent.over_window("clean", {1.0: 5.0, float("inf"): 5.0}, 0.0) == {1.0: 5.0, float("inf"): 5.0}
    for step in range(1, 60):
        found = recent.over_window("clean", {1.0: 5.0 + step, float("inf"): 5.0 + step}, step * 10.0)
    assert 28 <= found[1.0] <= 31


@pytest.mark.parametrize(
    ("said", "life"),
    [
        ({"started_at": 200.0}, "replaced"),
        ({"started_at": 50.0}, "lost"),
        ({"started_at": 200.0, "stages": ("clean",)}, "lost"),
        ({}, "lost"),
    ],
    ids=["came after", "was there", "other stages", "does not say"],
)
def test_a_lost_worker_is_replaced_by_one_that_came_after_it_for_the_same(said: dict[str, Any], life: str) -> None:
    lost = worker("w1", age=10 * SILENT_SECONDS, spoke_at=100.0)
    assert lives([lost, worker("w2", **said)]) == {"w1": life, "w2": "alive"}
