"""What the pages show and the JSON API answers; the OpenAPI document is made from these."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.backlog import Trend
from agents.health import WorkerLife

Window = Literal["hour", "day"]
StageHealth = Literal["ok", "warning", "starting", "stuck", "unknown"]


class ApiModel(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(frozen=True)


class TextRange(ApiModel):
    """Code points, from `begin` up to but not including `end`, of the text they belong to."""

    begin: int
    end: int


class QuoteLine(ApiModel):
    """A quote as lists show it."""

    id: str
    text: str
    type: str
    medium: str
    speaker: str | None = Field(description="the name, or the words where no entity could be found")
    entity: str | None = Field(description="the speaker's entity id")
    cue: str | None
    confidence: float
    part_of: str | None = Field(None, description="the quote of the same article that this one is a fragment of")
    speaker_confidence: float | None = Field(None, description="how sure it is that this is who said it")
    spans: list[TextRange] = Field([], description="where it stands in the article's text")


class EntityLine(ApiModel):
    """An entity as lists show it."""

    id: str
    name: str
    type: str
    mentions: int


class Copy(ApiModel):
    """Another article with the same text, or with the same statement."""

    id: str
    source: str | None
    title: str | None
    at: float = Field(description="when it was published, or else came, in seconds since 1970 UTC")


class ArticleLine(ApiModel):
    """An article as lists show it."""

    id: str
    kicker: str | None
    title: str | None
    source: str | None
    url: str | None
    published_at: str | None
    arrived: float = Field(description="when its quotes were confirmed, in seconds since 1970 UTC")
    quotes: list[QuoteLine] = Field(description="the first few; what is part of another is left out")
    quote_count: int = Field(description="without those that are part of another")
    entities: list[EntityLine] = Field(description="the most salient")
    sequence: int = Field(0, description="order of arrival in this worker's store")
    at: float = Field(0.0, description="when it was published, or else came, in seconds since 1970 UTC")
    same: int = Field(0, description="the same number for articles of the same text")
    copies: list[Copy] = Field([], description="the other articles of the same text, the earliest first")


class ArticlePage(ApiModel):
    """A page of articles, the latest first."""

    items: list[ArticleLine]
    next: str | None = Field(description="the cursor of the page behind this one; null on the last")


class Hit(ApiModel):
    """An article that a search found, with the words around the match."""

    article: ArticleLine
    snippet: str = Field(description="a part of the text; matches stand between U+0002 and U+0003")


class InStatement(ApiModel):
    """The statement that a quote belongs to, in how many articles of how many papers."""

    id: str
    count: int
    sources: int


class QuoteHit(ApiModel):
    """A quote that was asked for, where it stands, and where in it the words are that were asked for."""

    quote: QuoteLine
    context: str = Field(description="the paragraph it stands in")
    marks: list[TextRange] = Field(description="of the words asked for, in the quote's text")
    article_id: str
    title: str | None
    source: str | None
    url: str | None
    published_at: str | None
    arrived: float
    agency: str | None
    party: str | None
    gender: str | None
    statement: InStatement | None
    copies: list[Copy] = Field([], description="the other articles in which the same was said")


class QuotePage(ApiModel):
    """A page of quotes, the latest first."""

    items: list[QuoteHit]
    total: int
    next: str | None = Field(description="the cursor of the page behind this one; null on the last")


class StatementPage(ApiModel):
    """A page of statements, those with the latest article first."""

    items: list[dict[str, Any]] = Field(description="Statement records, as on the topic `statements`")
    total: int
    next: str | None = Field(description="the cursor of the page behind this one; null on the last")


class FacetValue(ApiModel):
    """A value by which a search can be narrowed, and how much it then finds."""

    value: str = Field(description="what to ask for")
    name: str
    count: int


class Share(ApiModel):
    """A value's part of all statements that were asked for."""

    value: str = Field(description="what to ask for")
    name: str
    count: int = Field(description="statements, or quotes where each paper counts")
    articles: int
    sources: int
    share: float = Field(description="of all that were asked for")
    low: float = Field(description="the lower end of the share's 95 % interval (Wilson)")
    high: float = Field(description="its upper end")
    usual: float | None = Field(None, description="its share in the four periods of the same length before")
    more: bool = Field(False, description="the whole interval is above the usual share")
    evidence: dict[str, int] = Field({}, description="of genders: what tells them, with counts")


class SharePeriod(ApiModel):
    """A day, or the week that begins with it, and how much of each of the shown values it has."""

    day: str
    total: int
    counts: list[int] = Field(description="in the order of the values")


class Shares(ApiModel):
    """Who or what is quoted how much."""

    by: str
    each: Literal["statement", "paper"]
    total: int
    without: int = Field(description="of them those that have no value")
    articles: int
    sources: int
    values: list[Share]
    others: int = Field(description="how many further values there are")
    period: Literal["day", "week"]
    over_time: list[SharePeriod]
    compared: "Shares | None" = Field(None, description="the same of what it is compared with")


class Person(ApiModel):
    """Someone or something in the directory."""

    id: str
    name: str
    type: str
    roles: list[str]
    affiliations: list[str]
    quotes: int = Field(description="in all papers, without those that are part of another")
    articles: int


class People(ApiModel):
    """A page of the directory."""

    items: list[Person]
    total: int
    next: str | None = Field(description="the cursor of the page behind this one; null on the last")


class Ranked(ApiModel):
    """An entity in a list of the most quoted or most named, with its course over the window."""

    id: str
    name: str
    type: str
    count: int
    course: list[int] = Field(description="counts in twelve equal parts of the window, oldest first")


class Step(ApiModel):
    """What one stage did to one article, and on which message it worked."""

    stage: str
    topic: str
    partition: int
    offset: int
    took_ms: float | None = None
    produced_at: str | None = None
    worker: str | None = None
    model: str | None = None
    timestamp: int | None = Field(None, description="when the message was written, in milliseconds since 1970 UTC")


class StoredArticle(ApiModel):
    """An article's record on `articles.quotes` and its way there."""

    record: dict[str, Any] = Field(description="the QuoteArticle")
    arrived: float
    topic: str
    partition: int
    offset: int
    steps: list[Step]


class SourceCount(ApiModel):
    """How often a source quotes and names an entity; a statement counts once in it."""

    source: str | None
    quotes: int
    articles: int


class Period(ApiModel):
    """Statements and articles of one day (UTC); a statement counts on the day of its first quote."""

    day: str
    quotes: int
    articles: int


class EntityDetail(ApiModel):
    """Everything kept about one entity."""

    id: str
    name: str
    type: str
    roles: list[str]
    affiliations: list[str]
    wikidata: str | None
    statement_count: int = Field(description="each statement once")
    quote_count: int = Field(description="in all papers, without those that are part of another")
    about_count: int = Field(description="statements of others in which it is named")
    article_count: int
    mention_count: int
    days: list[Period]
    sources: list[SourceCount]
    perhaps: list[FacetValue] = Field(description="people who may be the same, and in how many articles they are named")
    together: list[FacetValue] = Field(description="who is quoted in the same articles, and in how many")
    members: int = Field(description="statements of those who belong to it")


class DeadLetterLine(ApiModel):
    """A dead letter as lists show it."""

    partition: int
    offset: int
    stage: str
    reason: str
    detail: str
    key: str | None
    topic: str = Field(description="the topic of the failed message")
    at: float = Field(description="when it was written, in seconds since 1970 UTC")
    attempts: int
    replayed_at: float | None
    replayed_by: str | None = Field(None, description="who did that: a user and host, or the address of a browser")


class DeadLetterCount(ApiModel):
    """How many dead letters a stage has for a reason."""

    stage: str
    reason: str
    count: int


class DeadLetterList(ApiModel):
    """A page of dead letters, newest first, and the counts of all kept."""

    letters: list[DeadLetterLine]
    counts: list[DeadLetterCount]
    course: list[int] = Field(description="those of the stage and reason asked for in the last 48 hours, oldest first")


class PartitionLag(ApiModel):
    """One partition of a stage's source topic, for the whole consumer group."""

    partition: int
    committed: int | None
    end: int
    lag: int
    worker: str | None = Field(description="the worker it is assigned to")
    still_seconds: float = Field(description="how long there has been lag and no commit")


class Latency(ApiModel):
    """Percentiles of a stage's time for one article over the last five minutes, in seconds."""

    p50: float | None
    p95: float | None
    p99: float | None
    count: int


class StageTrend(ApiModel):
    """How what waits before a stage has developed over the last minutes."""

    seconds: float = Field(description="over which time that was looked at; 0 if nothing is known")
    growth: int = Field(description="by how many messages it has become more; less, if negative")
    done: int = Field(description="messages done in that time")
    work_seconds: float = Field(description="time for what waits now at that rate; infinite if nothing was done")
    until_done_seconds: float | None = Field(description="until nothing waits if all goes on; null if it does not fall")

    @classmethod
    def of(cls, trend: Trend) -> "StageTrend":
        """As the pages show it."""
        return cls(
            seconds=trend.seconds,
            growth=trend.growth,
            done=trend.done,
            work_seconds=trend.work_seconds,
            until_done_seconds=trend.until_done_seconds,
        )


class StageState(ApiModel):
    """A stage over the whole cluster."""

    name: str
    source: str
    target: str
    health: StageHealth
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
    seen_seconds: float = Field(description="age of its last word")
    alive: bool
    life: WorkerLife = Field(description="stopped: it said good-bye; replaced: another came for it; lost: none has")
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
    speaks_for_cluster: bool = Field(description="whether this worker's metrics have what is the same for all")


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
    seen_seconds: float = Field(description="age of the command's last word")
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
    problem: str | None = Field(description="why the store does not take the present batch")
    ended: bool = Field(False, description="whether it has ended by itself")
    seen_seconds: float = Field(description="age of its last word")
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


class StoredDeadLetter(ApiModel):
    """A dead letter and where it stands."""

    partition: int
    offset: int
    letter: dict[str, Any] = Field(description="the DeadLetter; `value` holds the message's bytes in base64")


class Replayed(ApiModel):
    """What became of a replay."""

    topic: str = Field(description="where the message failed, and was sent again")
    sent: bool = Field(description="false: it had been replayed already, and was not sent once more")


class ErrorAnswer(ApiModel):
    """Why a request failed."""

    error: str
