"""The state of the stream: its stages, its workers, and the commands beside it."""

from typing import Any, Literal

from pydantic import Field

from agents.web.models.base import ApiModel
from agents.worker_life import WorkerLife

HealthState = Literal["ok", "warning", "starting", "stuck", "unknown"]


class PartitionLag(ApiModel):
    """One partition of a stage's source topic, for the whole consumer group."""

    partition: int
    committed: int | None
    end: int
    lag: int
    worker: str | None = Field(description="the worker it is assigned to")
    still_seconds: float = Field(description="how long there have been messages that can be read, and no commit")


class Latency(ApiModel):
    """Percentiles of a stage's time for one article over the last five minutes, in seconds."""

    p50: float | None
    p95: float | None
    p99: float | None
    count: int


class StageTrend(ApiModel):
    """How what waits before a stage has developed over the last minutes."""

    seconds: float = Field(description="length of that time; 0 if nothing is known")
    growth: int = Field(description="messages by which the backlog has grown; negative if it has shrunk")
    done: int = Field(description="messages processed in that time")
    work_seconds: float = Field(description="time for what waits now at that rate; infinite if nothing was done")
    until_done_seconds: float | None = Field(description="until nothing waits if all goes on; null if it does not fall")


class StageState(ApiModel):
    """A stage over the whole cluster."""

    name: str
    source: str
    target: str
    health: HealthState
    why: list[dict[str, Any]] = Field(description="codes with their values; empty while all is well")
    lag: int
    rate: float = Field(description="articles a second over the last minute")
    course: list[float] = Field(description="articles a second in the last thirty minutes, oldest first")
    lag_course: list[int] = Field(description="messages that waited in the last thirty minutes, oldest first")
    trend: StageTrend
    oldest_seconds: float = Field(description="age of the oldest message that is not done; 0 if none waits")
    latency: Latency
    dead_letters: int = Field(description="all that are kept for the pages")
    dead_letters_fresh: int = Field(description="those of the last hour")
    retries: int
    in_flight: int
    partitions: list[PartitionLag]


class WorkerState(ApiModel):
    """What a worker last said of itself."""

    worker: str
    host: str
    pid: int
    version: str
    model: str | None
    model_state: str
    model_detail: str | None
    model_load_seconds: float | None
    started_at: float
    seen_seconds: float = Field(description="time since its last report")
    alive: bool
    life: WorkerLife = Field(description="stopped: announced its end; lost: did not; replaced: lost, another runs")
    stages: list[str]
    assignment: dict[str, list[int]]
    pool: dict[str, Any]
    memory_bytes: int
    errors: list[dict[str, Any]]
    web: str | None


class Operations(ApiModel):
    """The state of the stream."""

    at: float = Field(description="when it was taken, in seconds since 1970 UTC")
    broker: bool
    broker_detail: str | None
    store_trouble: str | None = Field(description="why the store of the pages could not be written a moment ago")
    stages: list[StageState]
    workers: list[WorkerState]
    store_articles: int
    store_lag: int
    ready: bool
    speaks_for_cluster: bool = Field(description="whether this worker reports the metrics of the whole cluster")


class SourceState(ApiModel):
    """A source that feeds are polled of, as the command that does so last said; counts of the last 24 hours."""

    source: str
    feed: str = Field(description="the command that polls it: host and data folder")
    feeds: int
    hours: list[int] = Field(description="articles by hour, oldest first")
    new: int
    revised: int
    failed: int = Field(description="polls and pages that failed")
    polled_at: float | None = Field(description="when the last poll began, in seconds since 1970 UTC")
    problems: list[str] = Field(description="what is wrong with its feeds now, a line each")
    usual_removed: float | None = Field(description="median share of a page's text that cleaning removes")
    recent_removed: float | None = Field(description="the same of the ten latest articles")
    drifted: bool = Field(description="whether the two are so far apart that the pages' layout has probably changed")
    ended: bool = Field(False, description="whether the command has ended by itself")
    seen_seconds: float = Field(description="time since the command's last report")
    alive: bool


class SinkState(ApiModel):
    """A sink, as it last said; counts since it started."""

    name: str = Field(description="its consumer group")
    kind: str
    target: str
    host: str
    read: int = Field(description="messages stored, those that changed nothing included")
    unchanged: int
    refused: int
    batches: int
    failures: int = Field(description="attempts to store a batch that failed and were made again")
    rows: dict[str, int] = Field(description="written, by table")
    lag: int = Field(description="messages on the topics that are not stored yet")
    stored_at: float | None = Field(description="when a batch was stored last, in seconds since 1970 UTC")
    problem: str | None = Field(description="why the store does not accept the current batch")
    ended: bool = Field(False, description="whether it has ended by itself")
    seen_seconds: float = Field(description="time since its last report")
    alive: bool


class Check(ApiModel):
    """One condition of health."""

    name: str
    ok: bool
    detail: str


class HealthReport(ApiModel):
    """The answer of the health pages."""

    ok: bool
    checks: list[Check]
