"""What the stream's parts cost, as measured: the parameters of the simulation, and the file that they are kept in."""

from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any, Self

import orjson

HOPS = 2
"""How often a single article waits for the broker until it is received: before the first stage and after the last.

Between the stages it passes the broker as well, while the next stage has begun with it (`agents/head_start.py`).
"""
MESSAGES_OF_STAGES = 6
"""Messages that the three stages of articles read and write for an article without quotes."""
MESSAGES_OF_QUOTE = 3
"""Messages that the worker reads and writes for a quote: one is written, and read and written by `statements`."""
WRITTEN = 4
"""Messages that the broker takes in for an article without quotes: the raw article, and one of each of three stages."""
WRITTEN_OF_QUOTE = 2
"""Messages that the broker takes in for a quote: on `quotes` and on `statements`."""

SOURCES = {
    "articles": "Processor time of each stage for each article, from the bytes of a job to those of its outcome: "
    "direct calls in one process, the other cores idle.",
    "side_by_side": "Of the stage `entities`, what must have been done on several cores at once, since less time "
    "passed than the processor time is. It is kept with each of `articles`.",
    "beside": "The pool's processor time in a backlog, over that which is simulated from direct calls: beside a "
    "worker, pages and a broker, work takes longer, and the clock that tells how fast the machine is does, too. "
    "`articles` are multiplied by it already.",
    "slowdown": "The same in as many processes as there are cores at once, over that, in turn; at least 1.",
    "cold": "The pool's processor time for single articles in an idle stream, over that of direct calls; at least 1.",
    "cold_seconds": "The pause before each of these single articles.",
    "overheads": "Beside the pool, by the number of partitions that a worker reads. From the processor time for an "
    "article in a backlog, where messages wait for each other, and at half of the throughput, where they leave at "
    "once; both less `idle`: cores that are busy while the stream has nothing to do. How many messages leave in a "
    "request under each of these loads is simulated; what differs is `request`, and the rest is `message`.",
    "idle_broker": "Cores that the broker keeps busy without any worker.",
    "hop_seconds": "Time of a single article in an idle stream, less that in its stages; a half of it.",
    "confirm_seconds": "Time until the broker has confirmed a single article to its sender, in an idle stream.",
    "piece_seconds": "Processor time of the piece of work that tells how fast the machine is, beside the direct calls. "
    "All processor times are such as they would be at this speed.",
    "memory_bytes": "Memory after the backlog: of the worker, pages, models, largest pool process, and broker.",
    "disk_bytes": "Growth of the broker's log files by an article of the backlog, compressed as by default.",
    "network_bytes": "Bytes between broker and clients for an article of the backlog, less those without work.",
}
"""Where each parameter is from."""


@dataclass(frozen=True)
class ArticleCosts:
    """What an article costs: seconds of processor time.

    Attributes:
        clean, entities: in this stage.
        quotes: in this stage, in the process that was given the article in `entities`.
        statements: of the function of this stage, for all quotes of the article.
        quotes_elsewhere: in the stage `quotes`, in a process that has to read the article anew.
        quote_count: how many quotes it has.
        side_by_side: of what reading it takes, in `entities` or anew, what is done on several cores at once if they are
            free.
    """

    clean: float
    entities: float
    quotes: float
    statements: float
    quotes_elsewhere: float
    quote_count: int
    side_by_side: float = 0.0

    @property
    def stages(self) -> float:
        """In the stages that pool processes do."""
        return self.clean + self.entities + self.quotes

    def scaled(self, factor: float) -> Self:
        """On a machine where everything takes so many times as long."""
        times = {item.name: factor * getattr(self, item.name) for item in fields(self) if item.name != "quote_count"}
        return replace(self, **times)


@dataclass(frozen=True)
class Shares:
    """Seconds of processor time for an article, or cores in use, beside the pool."""

    worker: float = 0.0
    broker: float = 0.0
    pages: float = 0.0
    client: float = 0.0

    def scaled(self, factor: float) -> "Shares":
        """So many times as much of each."""
        return Shares(**{role: factor * value for role, value in vars(self).items()})

    def plus(self, other: "Shares") -> "Shares":
        """Both together."""
        return Shares(**{role: value + getattr(other, role) for role, value in vars(self).items()})

    def less(self, other: "Shares") -> "Shares":
        """Without what another one has; nothing is below 0."""
        return Shares(**{role: max(0.0, value - getattr(other, role)) for role, value in vars(self).items()})

    def toward(self, other: "Shares", share: float) -> "Shares":
        """What lies by `share` on the way to another one; nothing is below 0."""
        there = vars(other)
        return Shares(**{role: max(0.0, here + share * (there[role] - here)) for role, here in vars(self).items()})


@dataclass(frozen=True)
class Overheads:
    """What an article costs beside the pool, where a worker reads so many partitions of each topic.

    Attributes:
        partitions: how many.
        message: seconds for the messages of an article, without what is the same for one message and for many.
        request: seconds for that, where each message leaves in a request of its own.
        idle: cores in use without any work.
    """

    partitions: int = 8
    message: Shares = Shares()
    request: Shares = Shares()
    idle: Shares = Shares()

    def shares(self, together: float) -> Shares:
        """Seconds for an article whose messages leave with so many together."""
        return self.message.plus(self.request.scaled(1 / together))

    def scaled(self, factor: float) -> "Overheads":
        """On a machine where everything takes so many times as long."""
        shares = (item.scaled(factor) for item in (self.message, self.request, self.idle))
        return Overheads(self.partitions, *shares)


@dataclass(frozen=True)
class Costs:
    """All parameters; `SOURCES` says how each is measured. Times in seconds, on a core of its own."""

    articles: tuple[ArticleCosts, ...]
    beside: float = 1.0
    slowdown: float = 1.0
    cold: float = 1.0
    cold_seconds: float = 0.2
    overheads: tuple[Overheads, ...] = (Overheads(),)
    idle_broker: float = 0.0
    hop_seconds: float = 0.0
    confirm_seconds: float = 0.0
    piece_seconds: float = 1.0
    memory_bytes: dict[str, float] = field(default_factory=dict)
    disk_bytes: float = 0.0
    network_bytes: float = 0.0
    measured: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def quotes(self) -> float:
        """Quotes of an article, on average."""
        return fmean(article.quote_count for article in self.articles)

    @cached_property
    def statements(self) -> float:
        """Seconds that the function of the stage `statements` needs for an article, on average."""
        return fmean(article.statements for article in self.articles)

    def at(self, partitions: float) -> Overheads:
        """Overheads where a worker reads so many partitions: a request names each of them. In a straight line."""
        first, last = self.overheads[0], self.overheads[-1]
        if first.partitions == last.partitions:
            return first
        share = (partitions - first.partitions) / (last.partitions - first.partitions)
        return Overheads(
            round(partitions),
            first.message.toward(last.message, share),
            first.request.toward(last.request, share),
            first.idle.toward(last.idle, share),
        )

    def of_message(self, shares: Shares) -> float:
        """Seconds of the worker for each message that it reads or writes, the functions of stages not included."""
        messages = MESSAGES_OF_STAGES + MESSAGES_OF_QUOTE * self.quotes
        return max(0.0, shares.worker - self.statements) / messages

    def of_write(self, shares: Shares) -> float:
        """Seconds of the broker for each message that it takes in, with all that is done with it later."""
        return shares.broker / (WRITTEN + WRITTEN_OF_QUOTE * self.quotes)

    def scaled(self, factor: float) -> "Costs":
        """On a machine where everything takes so many times as long."""
        return replace(
            self,
            articles=tuple(article.scaled(factor) for article in self.articles),
            overheads=tuple(item.scaled(factor) for item in self.overheads),
            idle_broker=factor * self.idle_broker,
            hop_seconds=factor * self.hop_seconds,
            confirm_seconds=factor * self.confirm_seconds,
            piece_seconds=factor * self.piece_seconds,
        )

    def write(self, path: Path) -> None:
        """Keep them in a file, with where each is from."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        path.write_bytes(orjson.dumps(asdict(self) | {"sources": SOURCES}, option=options))


def read(path: Path) -> Costs:
    """Parameters from their file.

    Raises:
        ValueError: it is none, or one of another version.
    """
    values = orjson.loads(path.read_bytes())
    names = {item.name for item in fields(Costs)}
    if not isinstance(values, dict) or values.keys() - {"sources"} != names:
        raise ValueError(f"{path} is no file of parameters: write it with --measure")
    values.pop("sources", None)
    articles = tuple(ArticleCosts(**article) for article in values["articles"])
    overheads = tuple(
        Overheads(item["partitions"], *(Shares(**item[name]) for name in ("message", "request", "idle")))
        for item in values["overheads"]
    )
    return Costs(**values | {"articles": articles, "overheads": overheads})
