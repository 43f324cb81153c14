"""The gauges of Prometheus that tell how the stream is, set anew whenever somebody asks for the metrics."""

import math
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from agents.metrics import Metrics
from agents.web.models import Operations
from agents.worker_life import WorkerLife
from pipeline.stages import STAGES


def loop_age(report: Mapping[str, Any]) -> float:
    """Seconds since the event loop of the worker that reports last ran."""
    return float(time.monotonic() - report["loop_beat"])


def set_gauges(metrics: Metrics, operations: Operations, own: Mapping[str, Any], data_dir: Path) -> None:
    """Sets all gauges.

    Args:
        operations: the state of the stream.
        own: the report of this worker.
        data_dir: the folder of the store; the gauges of the disk are those of its file system.
    """
    pool: dict[str, Any] = own.get("pool") or {}
    models: dict[str, Any] = own.get("models") or {}
    states = [str(process.get("state")) for process in pool.get("processes", ())]
    metrics.set("redefluss_pool_processes", {(state,): states.count(state) for state in states})
    metrics.set("redefluss_pool_waiting", {(): pool.get("waiting", 0)})
    in_flight = [str(entry["stage"]) for entry in own.get("in_flight", ())]
    metrics.set("redefluss_in_flight", {(stage.name,): in_flight.count(stage.name) for stage in STAGES})
    metrics.set("redefluss_models_ready", {(): float(models.get("state") == "ready")})
    assignment: dict[str, list[int]] = own.get("assignment") or {}
    metrics.set("redefluss_assigned_partitions", {(topic,): len(parts) for topic, parts in assignment.items()})
    # What is the same for all is told by one: for each worker again, it would be a series for each partition.
    shared = operations.stages if operations.speaks_for_cluster else []
    metrics.set(
        "redefluss_consumer_lag",
        {(stage.name, stage.source, str(place.partition)): place.lag for stage in shared for place in stage.partitions},
    )
    metrics.set("redefluss_lag_seconds", {(stage.name,): stage.trend.work_seconds for stage in shared})
    metrics.set("redefluss_oldest_unread_seconds", {(stage.name,): stage.oldest_seconds for stage in shared})
    known = [worker.life for worker in operations.workers]
    metrics.set("redefluss_workers", {(life,): known.count(life) for life in get_args(WorkerLife)})
    metrics.set("redefluss_unconfirmed", {(): own.get("unconfirmed", 0)})
    metrics.set("redefluss_stage_stuck", {(stage.name,): float(stage.health == "stuck") for stage in operations.stages})
    metrics.set("redefluss_memory_bytes", {(name,): size for name, size in own["memory"].items()})
    total, free = _disk(data_dir)
    metrics.set("redefluss_disk_free_bytes", {(): free})
    metrics.set("redefluss_disk_bytes", {(): total})
    metrics.set("redefluss_loop_age_seconds", {(): loop_age(own)})
    metrics.set("redefluss_store_articles", {(): operations.store_articles})
    metrics.set("redefluss_store_lag", {(): operations.store_lag})
    metrics.set("redefluss_ready", {(): float(operations.ready)})
    metrics.set("redefluss_build", {(str(own.get("version")), str(models.get("name"))): 1})


def _disk(folder: Path) -> tuple[float, float]:
    """Bytes of the file system of `folder`, and how many are free; no numbers while it is gone or does not answer."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return math.nan, math.nan
    return disk.total, disk.free
