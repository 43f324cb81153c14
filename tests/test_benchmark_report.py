"""The report of the benchmark: systems side by side, latency by load and by place."""

from pathlib import Path

import pytest

from benchmarks import latency_report
from benchmarks.flood import Flood
from benchmarks.journal import Journal, as_line
from benchmarks.journeys import HALF_LOAD, IDLE, Journey, as_journal
from benchmarks.latency import Latency, Receipt
from benchmarks.percentile import percentile
from benchmarks.places import Passage
from benchmarks.report import _page, figures
from benchmarks.systems import REDEFLUSS, NotUsable, former_release
from benchmarks.usage import Usage

MEGABYTE = 1_000_000


def flood(journal: Journal, system: str, seconds: float, *processes: Usage, lacks: str = "") -> None:
    got = Flood(articles=100, seconds=seconds, tenths=[1.0] * 10, processes=list(processes))
    journal.add("throughput", "1", system=system, lacks=lacks, flood=as_line(got))


def used(role: str, cpu_seconds: float, own_mb: int, proportional_mb: int) -> Usage:
    return Usage(role, cpu_seconds, 0.0, own_mb * MEGABYTE, proportional_mb * MEGABYTE)


@pytest.fixture
def compared() -> Journal:
    journal = Journal(None)
    ours = used("worker", 2.0, 90, 95), used("pool", 10.0, 120, 200), used("broker", 5.0, 300, 300)
    flood(journal, REDEFLUSS.name, 10.0, *ours)
    journal.add("limit", "1", articles_per_second=12.5)
    flood(journal, REDEFLUSS.name, 10.0, *ours)
    theirs = used("worker", 4.0, 70, 75), used("pool", 20.0, 110, 190), used("broker", 4.0, 300, 300)
    flood(journal, "release 0.1.0", 20.0, *theirs, lacks="the stage `statements`")
    flood(journal, REDEFLUSS.name, 10.0, *ours)
    return journal


def test_a_former_release_stands_beside_the_others_with_its_cost_and_what_it_lacks(compared: Journal) -> None:
    found = figures(compared)
    assert found["against"]["release 0.1.0"] == pytest.approx(2.0)
    assert found["systems"]["release 0.1.0"] == {
        "articles_per_second": 5.0,
        "cpu_milliseconds_per_article": 240.0,
        "worker_own_mb": 70.0,
        "all_processes_mb": 265.0,
        "lacks": "the stage `statements`",
    }
    assert found["systems"][REDEFLUSS.name]["cpu_milliseconds_per_article"] == 120.0
    row = next(line for line in _page(found).splitlines() if line.startswith("| release 0.1.0"))
    assert [cell.strip() for cell in row.split("|")[1:-1]] == [
        *("release 0.1.0", "0.40", "2.00 ×", "2.00 to 2.00, 1 turns", "240", "70, 265", "the stage `statements`")
    ]


def test_a_former_release_is_a_working_tree_with_an_environment(tmp_path: Path) -> None:
    with pytest.raises(NotUsable, match="no working tree"):
        former_release(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.1.0"\n')
    with pytest.raises(NotUsable, match=r"no \.venv"):
        former_release(tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    found = former_release(tmp_path)
    assert (found.name, found.root, found.python) == ("release 0.1.0", tmp_path, str(python))
    assert "statements" in found.lacks
    (tmp_path / "pipeline" / "statements").mkdir(parents=True)
    assert former_release(tmp_path).lacks == ""


@pytest.mark.parametrize(("share", "expected"), [(0.5, 51), (0.95, 96), (0.99, 100)])
def test_a_percentile_is_one_of_the_values(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected
    assert percentile([3.0], share) == 3.0


def test_latency_is_told_by_load() -> None:
    trail = ("trail", b'[{"took_ms": 20.0}, {"took_ms": 30.0}]')
    idle = [Receipt(0.0, seconds, 0, [trail]) for seconds in (0.06, 0.08, 0.05)]
    paced = [Receipt(0.0, number / 100, 0, []) for number in range(200)]
    got = Latency(idle, {0.9: (10.0, paced)})
    assert got.idle_seconds == 0.06
    assert got.idle_ratio == pytest.approx(1.2)
    assert got.percentiles(0.9) == {"articles_per_second": 10.0, "articles": 200, "p50": 1.0, "p95": 1.9, "p99": 1.98}


def test_percentiles_by_load_are_medians_over_the_runs() -> None:
    journal = Journal(None)
    for more in (0.0, 0.1, 0.5):
        loads = {
            load: {"articles_per_second": 4.0, "articles": 240, "p50": 0.1 + more, "p95": 0.2 + more, "p99": 0.3 + more}
            for load in ("0.5", "0.9")
        }
        journal.add("latency", "1", idle=0.1 + more, ratio=1.1, by_load=loads)
    found = figures(journal)
    assert found["idle_latency_seconds"] == pytest.approx(0.2)
    assert found["p50_seconds_at_half_load"] == pytest.approx(0.2)
    assert found["p99_seconds_at_half_load"] == pytest.approx(0.4)
    assert found["latency_by_load"]["0.9"]["p95_seconds"] == pytest.approx(0.3)
    assert "| 90 % | 4.00 | 240 | 0.200 | 0.300 | 0.400 |" in _page(found).splitlines()


def journey(sent: float, slower: float) -> Journey:
    stages, at = [], sent + 0.002
    for stage in ("clean", "entities", "quotes"):
        made = at + 0.004 + slower
        stages.append(Passage(stage, at, at + 0.002, made, slower, made + 0.001, made + 0.003, made + 0.503))
        at = made + 0.001
    said = Passage("statements", at, at + 0.003, at + 0.005, 0.001, at + 0.006, at + 0.007, None)
    return Journey(sent, at + 0.002, stages, [said, said])


@pytest.fixture
def travelled() -> Journal:
    journal = Journal(None)
    for name, slower in (("1", 0.03), ("2", 0.05)):
        loads = {IDLE: [journey(100.0, slower)], HALF_LOAD: [journey(200.0, slower + 0.02)] * 3}
        journal.add("places", name, **{load: as_journal(found) for load, found in loads.items()})
    return journal


def test_places_are_told_by_stage_idle_and_at_half_load(travelled: Journal) -> None:
    found = figures(travelled)["latency_by_place"]
    assert list(found[IDLE]) == ["clean", "entities", "quotes", "statements"]
    assert found[IDLE]["clean"]["model"] == pytest.approx(40.0)
    assert found[HALF_LOAD]["clean"]["model"] == pytest.approx(60.0)
    rows = _page(figures(travelled)).splitlines()
    assert "| clean | 2.0 / 2.0 | 2.0 / 2.0 | 40.0 / 60.0 | 1.0 / 1.0 | 2.0 / 2.0 | 500.0 / 500.0 |" in rows
    assert (
        "Before the first stage, sending takes 2.0 / 2.0 ms, and after the third, receiving takes 2.0 / 2.0 ms." in rows
    )
    assert any(row.startswith("| statements |") and row.endswith("| – / – |") for row in rows)


def test_the_way_of_an_article_is_drawn_the_same_each_time(travelled: Journal, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    latency_report.plot(travelled, first)
    latency_report.plot(travelled, second)
    assert first.read_bytes() == second.read_bytes()
    assert b"quote by quote" in first.read_bytes()
    latency_report.plot(Journal(None), tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()
