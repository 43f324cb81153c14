"""Cases of how the stream is set up: shares of cores, the journal, and the tables."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from benchmarks import scale
from benchmarks.cases import Case, assignment, control_groups_allowed, measured
from benchmarks.control_groups import NoControlGroups, shares_of_cores
from benchmarks.flood import Flood
from benchmarks.journal import Journal, as_line
from benchmarks.loads import Steady, Use
from benchmarks.usage import Usage
from pipeline.cores import CGROUPS

BUSY_SECONDS = 1.0


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process that would use a core of its own."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        yield process
        process.kill()


def used(process: subprocess.Popen[bytes]) -> float:
    """The share of a core that a process uses for a while."""
    watched = psutil.Process(process.pid)
    before, begun = sum(watched.cpu_times()[:2]), time.perf_counter()
    time.sleep(BUSY_SECONDS)
    return (sum(watched.cpu_times()[:2]) - before) / (time.perf_counter() - begun)


def test_a_process_has_its_share_of_a_core_and_no_group_is_left(busy: subprocess.Popen[bytes]):
    if not control_groups_allowed():
        pytest.skip("control groups cannot be made here")
    with shares_of_cores([busy.pid], 0.2):
        assert used(busy) < 0.3
        assert len(list(CGROUPS.rglob("redefluss-*"))) == 1
    assert not list(CGROUPS.rglob("redefluss-*"))


def test_where_there_are_no_control_groups_that_is_said(tmp_path: Path, busy: subprocess.Popen[bytes]):
    with pytest.raises(NoControlGroups, match="no control groups"), shares_of_cores([busy.pid], 0.2, tmp_path):
        pass


def test_shares_leave_the_broker_its_part():
    monotone = list(scale.cases("workers", 100, [], []))
    assert [case.workers for case in monotone] == [1, 2, 4, 8]
    most = monotone[-1]
    assert most.share is not None
    assert most.workers * most.share == pytest.approx(len(scale.cores()) * (1 - scale.SHARE_LEFT_TO_BROKER))
    assert all(case.partitions >= case.workers for case in monotone)
    one, two = scale.cases("two", 100, [], [])
    assert (one.workers, two.workers, two.articles) == (1, 2, 2 * one.articles)
    assert one.share == two.share == pytest.approx(len(scale.cores()) * (1 - scale.SHARE_LEFT_TO_BROKER) / 2)


def add(journal: Journal, turn: str, case: Case, seconds: float, limited_by: str = "control groups") -> None:
    flood = Flood(case.articles, seconds, processes=[Usage("worker", 1.0, 0.0, 1, 1)])
    use = Use(4.0, [Usage("pool", 1.0, 0.0, 1, 1)], 2.0, 3, 3.5)
    steady = Steady(1.0, [0.1, 0.2, 0.3, 0.4], use)
    line = {
        "series": "workers", "case": asdict(case), "use": asdict(use), "piece_seconds": 0.01,
        "steady_piece_seconds": 0.02, "assignment": [[0, 1], [1, 0]], "sink_seconds": 0.0, "limited_by": limited_by,
    }  # fmt: skip
    journal.add("scale", turn, **line, flood=as_line(flood), steady=asdict(steady))


def test_cases_are_read_from_the_journal_as_they_were_measured(tmp_path: Path):
    journal = Journal(tmp_path / "journal.jsonl")
    case = Case(2, 1, 8, 60, 0.2)
    add(journal, "1", case, 30.0)
    journal.add("scale", "1", series="workers", case=asdict(case), failed="it ended")
    (got,) = measured(Journal(tmp_path / "journal.jsonl"))
    assert got.case == case
    assert got.flood.articles_per_second == pytest.approx(2.0)
    assert got.steady is not None
    assert got.steady.latency(0.5) == 0.3
    assert got.steady.use.of("pool") == 1.0
    assert got.use.of_others == pytest.approx((3.5 - 3.0) / 4.0)
    assert (got.piece_seconds, got.steady_piece_seconds) == (0.01, 0.02)
    assert got.assignment == ((0, 1), (1, 0))


def test_who_has_a_partition_is_told_by_the_trails_of_articles():
    def trail(partition: int, *workers: str) -> list[dict[str, object]]:
        stages = ("clean", "entities", "quotes")
        return [{"stage": s, "partition": partition, "worker": w} for s, w in zip(stages, workers, strict=True)]

    trails = [trail(0, "b", "a", "a"), trail(1, "a", "b", "a"), trail(0, "b", "a", "a")]
    assert assignment(trails) == ((1, 0), (0, 1), (0, 0))
    assert assignment([]) == ()


def test_the_table_compares_within_a_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    path = tmp_path / "journal.jsonl"
    for turn, slower in (("1", 1.0), ("2", 2.0)):
        add(Journal(path), turn, Case(1, 1, 8, 30, 0.2), 30.0 * slower)
        add(Journal(path), turn, Case(2, 1, 8, 60, 0.2), 32.0 * slower)
    monkeypatch.setattr(sys, "argv", ["scale", "--report", "--journal", str(path)])
    scale.main()
    said = capsys.readouterr().out
    assert said.count("| 1.88 | 0.94 | 0.30 | 0.40 |") == 2
    assert "enforced by control groups" in said
