"""Variables that look like settings and are none: which of them are told, and which are somebody else's."""

import os
import re
from pathlib import Path

import pytest

from agents.settings import Settings
from agents.unknown_settings import OTHERS, unknown_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.upper().startswith("REDEFLUSS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("REDEFLUSS_PARTITION", "there is no setting REDEFLUSS_PARTITION (is REDEFLUSS_PARTITIONS meant?)"),
        ("redefluss_broker_", "there is no setting REDEFLUSS_BROKER_ (is REDEFLUSS_BROKER meant?)"),
        ("REDEFLUSS_KLINGELTON", "there is no setting REDEFLUSS_KLINGELTON"),
        ("REDEFLUSS_PORT", "there is no setting REDEFLUSS_PORT (is REDEFLUSS_WEB_PORT meant?)"),
        ("REDEFLUSS_PARTITIONS", None),
        ("redefluss_partitions", None),
        ("REDEFLUSSPARTITION", None),
    ],
)
def test_the_nearest_name_is_told(monkeypatch: pytest.MonkeyPatch, name: str, line: str | None) -> None:
    monkeypatch.setenv(name, "7")
    assert unknown_settings() == line
    monkeypatch.setenv(name, "")
    assert unknown_settings() is None, "as it counts for settings"


def test_all_are_told_in_one_line_also_those_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# eigene\nREDEFLUSS_WEBTOKEN=x\nOTEL_SERVICE_NAME=x\n", encoding="utf-8")
    monkeypatch.setenv("REDEFLUSS_KLINGELTON", "1")
    told = "there is no setting REDEFLUSS_KLINGELTON, REDEFLUSS_WEBTOKEN (is REDEFLUSS_WEB_TOKEN meant?)"
    assert unknown_settings() == told


def test_the_first_line_of_a_file_with_a_byte_order_mark_counts(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REDEFLUSS_PARTITIONS=5\n", encoding="utf-8-sig")
    assert Settings().partitions == 5
    assert unknown_settings() is None


def test_what_kubernetes_sets_for_services_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("REDEFLUSS", "REDEFLUSS_WEB", "REDEFLUSS_FEED_METRICS", "REDEFLUSS_BROKER"):
        for name, value in {
            "SERVICE_HOST": "10.0.0.1",
            "SERVICE_PORT": "80",
            "SERVICE_PORT_WEB": "80",
            "PORT": "tcp://10.0.0.1:80",
            "PORT_80_TCP": "tcp://10.0.0.1:80",
            "PORT_80_TCP_PROTO": "tcp",
            "PORT_80_TCP_PORT": "80",
            "PORT_80_TCP_ADDR": "10.0.0.1",
        }.items():
            monkeypatch.setenv(f"{service}_{name}", value)
    assert unknown_settings() is None
    assert (Settings().web_port, Settings().feed_metrics_port) == (6066, 0)


def test_what_the_project_reads_beside_the_settings_is_known() -> None:
    files = [ROOT / "docker-compose.yml", ROOT / "docs" / "notebook.ipynb", *(ROOT / "pipeline").rglob("*.py")]
    files += [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    reads = re.compile(r"(?:environ(?:\.get\(|\[)\\?\"|\$\{|^THREADS = \")(REDEFLUSS_[A-Z_]+)", re.MULTILINE)
    read = {name for file in files for name in reads.findall(file.read_text(encoding="utf-8"))}
    settings = {f"REDEFLUSS_{name.upper()}" for name in Settings.model_fields}
    assert read - settings == OTHERS
