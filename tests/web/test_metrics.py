"""Metrics: declared, exposed and used under the same names."""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from agents.feed.metrics import FeedMetrics
from agents.metrics import METRICS, Metrics, percentiles
from agents.sinks.metrics import registry_of
from agents.sinks.progress import Progress

ROOT = Path(__file__).parents[2]


def families(metrics: Metrics) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    return {
        family.name: {tuple(sorted(sample.labels.items())): sample.value for sample in family.samples}
        for family in text_string_to_metric_families(metrics.expose().decode())
    }


def test_every_metric_is_declared_with_kind_unit_and_meaning() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert re.fullmatch(r"redefluss_[a-z_]+", metric.name)
        assert metric.kind in {"counter", "gauge", "histogram"}
        assert metric.unit
        assert metric.meaning
        assert not metric.name.endswith("_total")


def test_what_is_exposed_is_what_is_declared() -> None:
    exposed = {family.name: family.type for family in text_string_to_metric_families(Metrics().expose().decode())}
    declared = {metric.name: metric.kind for metric in METRICS}
    of_the_process = {name for name in exposed if name.startswith("process_")}
    assert {"process_cpu_seconds", "process_resident_memory_bytes", "process_open_fds"} <= of_the_process
    assert {name: kind for name, kind in exposed.items() if name not in of_the_process} == declared


def test_no_series_says_when_a_counter_began() -> None:
    metrics = Metrics()
    metrics.published("quotes", 0.02)
    assert b"_created" not in metrics.expose()


def test_two_who_ask_at_the_same_time_are_both_told_all() -> None:
    """As a pair of Prometheus does, of which one is to be there when the other is not."""
    metrics = Metrics()
    lags = {("clean", "articles.raw", str(partition)): 0.0 for partition in range(1_000)}
    metrics.set("redefluss_consumer_lag", lags)
    told = []
    with ThreadPoolExecutor(1) as other:
        setting = other.submit(lambda: [metrics.set("redefluss_consumer_lag", lags) for _ in range(50)])
        while not setting.done():
            told.append(metrics.expose().count(b"\nredefluss_consumer_lag{"))
    assert set(told) == {1_000}


def test_what_goes_wrong_with_the_broker_is_counted() -> None:
    metrics = Metrics()
    metrics.increment("redefluss_publish_retries")
    metrics.increment("redefluss_rebalances", "clean")
    metrics.increment("redefluss_commit_failures", "quotes")
    metrics.finished(-0.5)
    metrics.finished(45.0)
    found = families(metrics)
    assert found["redefluss_publish_retries"] == {(): 1.0}
    assert metrics.count("redefluss_rebalances")["clean",] == 1.0
    assert metrics.count("redefluss_commit_failures")["quotes",] == 1.0
    seconds = found["redefluss_end_to_end_seconds"]
    assert (seconds[(("le", "0.1"),)], seconds[(("le", "30.0"),)], seconds[(("le", "60.0"),)]) == (1.0, 1.0, 2.0)


def test_counting() -> None:
    metrics = Metrics()
    metrics.published("quotes", 0.02)
    metrics.published("quotes", 0.3)
    metrics.add({("quotes",): 3, ("entities", "PER"): 2, ("entities", "LOC"): 1})
    metrics.increment("redefluss_dead_letters", "clean", "empty")
    metrics.increment("redefluss_retries", "clean")
    metrics.increment("redefluss_pool_restarts", "crash")
    found = {
        name: {labels: value for labels, value in samples.items() if value}
        for name, samples in families(metrics).items()
    }
    assert found["redefluss_articles"] == {(("stage", "quotes"),): 2.0}
    assert found["redefluss_quotes"] == {(): 3.0}
    assert found["redefluss_entities"] == {(("type", "PER"),): 2.0, (("type", "LOC"),): 1.0}
    assert found["redefluss_dead_letters"] == {(("reason", "empty"), ("stage", "clean")): 1.0}
    assert metrics.count("redefluss_dead_letters")["clean", "empty"] == 1.0
    assert metrics.latency("quotes")[0.5] == 2.0
    assert metrics.latency("clean") == {}


def test_counters_begin_at_zero_so_that_their_first_increase_is_seen() -> None:
    found = families(Metrics())
    for metric in METRICS:
        if metric.kind == "counter":
            assert set(found[metric.name].values()) == {0.0}, metric.name


def test_gauges_show_only_what_is_set_now() -> None:
    metrics = Metrics()
    metrics.set("redefluss_pool_processes", {("busy",): 2.0, ("idle",): 1.0})
    metrics.set("redefluss_pool_processes", {("idle",): 3.0})
    assert families(metrics)["redefluss_pool_processes"] == {(("state", "idle"),): 3.0}


def test_percentiles() -> None:
    infinite = float("inf")
    assert percentiles({0.1: 0.0, 1.0: 100.0, infinite: 100.0}, (0.5,)) == [pytest.approx(0.55)]
    assert percentiles({0.1: 0.0, 1.0: 0.0, infinite: 4.0}, (0.5,)) == [1.0]
    assert percentiles({}, (0.5, 0.9)) == [None, None]
    assert percentiles({0.1: 0.0, infinite: 0.0}, (0.5,)) == [None]


def used_names(text: str) -> set[str]:
    return set(re.findall(r"redefluss_[a-z_]+", text))


def known_names() -> set[str]:
    names = set()
    for metric in METRICS:
        names.add(metric.sample)
        if metric.kind == "histogram":
            names |= {f"{metric.name}_bucket", f"{metric.name}_count", f"{metric.name}_sum"}
    return names


def test_the_alert_rules_use_declared_metrics_only() -> None:
    beside = [registry_of("parquet", Progress()), FeedMetrics().registry]
    told = {sample for registry in beside for family in registry.collect() for sample in samples_of(family)}
    assert used_names((ROOT / "monitoring" / "alerts.yml").read_text()) <= known_names() | told


def samples_of(family: Metric) -> set[str]:
    """The names under which a metric of a feed or sink is asked for."""
    return {f"{family.name}_total" if family.type == "counter" else family.name}


def promtool(*arguments: str | Path) -> None:
    """Run it; fails where it does."""
    command = shutil.which("promtool")
    if command is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    run = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr + run.stdout


def test_the_alert_rules_fire_when_they_should_and_only_then() -> None:
    rules = Path(__file__).with_name("alerts.test.yml")
    promtool("test", "rules", rules)
    tested = set(re.findall(r"alertname: (\w+)", rules.read_text()))
    assert tested == set(re.findall(r"alert: (\w+)", (ROOT / "monitoring" / "alerts.yml").read_text()))


def dashboard_queries() -> list[str]:
    dashboard = json.loads((ROOT / "monitoring" / "grafana" / "dashboards" / "redefluss.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_prometheus_understands_the_dashboard(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(dashboard_queries())]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", file)


def test_the_dashboard_uses_declared_metrics_only_and_each_counter() -> None:
    used = {name for query in dashboard_queries() for name in used_names(query)}
    assert used <= known_names()
    assert {metric.sample for metric in METRICS if metric.kind == "counter"} <= used
