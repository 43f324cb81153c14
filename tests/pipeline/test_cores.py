"""The cores that a process may use are those of its control group's quota, where that is less than the machine's."""

import os
from pathlib import Path

import pytest

from pipeline.cores import available_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def _own(folder: Path, line: str) -> Path:
    path = folder / "cgroup"
    path.write_text(line + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("limit", "cores"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("1600000 100000", 8)]
)
def test_a_quota_of_version_two(tmp_path: Path, limit: str, cores: int) -> None:
    (tmp_path / "pod" / "box").mkdir(parents=True)
    (tmp_path / "pod" / "box" / "cpu.max").write_text(limit, encoding="ascii")
    assert available_cores(tmp_path, _own(tmp_path, "0::/pod/box")) == cores


def test_the_quota_of_a_group_above_counts_and_in_a_container_the_root(tmp_path: Path) -> None:
    (tmp_path / "pod" / "box").mkdir(parents=True)
    (tmp_path / "pod" / "cpu.max").write_text("300000 100000", encoding="ascii")
    assert available_cores(tmp_path, _own(tmp_path, "0::/pod/box")) == 3
    (tmp_path / "cpu.max").write_text("200000 100000", encoding="ascii")
    assert available_cores(tmp_path, _own(tmp_path, "0::/elsewhere")) == 2


def test_a_quota_of_version_one(tmp_path: Path) -> None:
    group = tmp_path / "cpu" / "box"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("400000", encoding="ascii")
    (group / "cpu.cfs_period_us").write_text("100000", encoding="ascii")
    own = _own(tmp_path, "5:memory:/box\n4:cpu,cpuacct:/box")
    assert available_cores(tmp_path, own) == 4
    (group / "cpu.cfs_quota_us").write_text("-1", encoding="ascii")
    assert available_cores(tmp_path, own) == 8


def test_where_there_are_no_groups(tmp_path: Path) -> None:
    assert available_cores(tmp_path, tmp_path / "missing") == 8
