"""What the stream's parts cost, as measured: the parameters of the simulation, and the file that they are kept in."""

from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

HOPS = 4
"""How often an article passes the broker until it is received: before each of three stages, and after the last."""
MESSAGES_OF_STAGES = 6
"""Messages that the three stages of articles read and write for an article without quotes."""
MESSAGES_OF_QUOTE = 3
"""Messages that the worker reads and writes for a quote: one is written, and read and written by `statements`."""
WRITTEN = 4
"""Messages that the broker takes in for an article without quotes: the raw article, and one of each of three stages."""
WRITTEN_OF_QUOTE = 2
"""Messages that the broker takes in for a quote: on `quotes` and on `statements`."""

SOURCES = {
    "articles": "Processor time of each stage for each article: the stage functions, called directly by one process.",
    "slowdown": "How much longer the same takes while as many processes as there are cores do it at once.",
    "cold": "The pool's processor time for single articles in an idle stream, over that of direct calls.",
    "transfer_seconds": "What a pool process needs for a job beside the stage's function: the pool's processor time "
    "for an article in a backlog, less that of direct calls at once on all cores, by three jobs.",
    "together": "Processor time for an article in a backlog, where messages wait for each other; less `idle`.",
    "alone": "Processor time for an article at half of the throughput, where messages leave at once; less `idle`.",
    "idle": "Cores that are busy while the stream has nothing to do.",
    "hop_seconds": "Time of a single article in an idle stream, less that in its stages; a quarter of it.",
    "confirm_seconds": "Time until the broker has confirmed a single article to its sender, in an idle stream.",
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
    """

    clean: float
    entities: float
    quotes: float
    statements: float
    quotes_elsewhere: float
    quote_count: int

    @property
    def stages(self) -> float:
        """In the stages that pool processes do."""
        return self.clean + self.entities + self.quotes


@dataclass(frozen=True)
class Overheads:
    """Seconds of processor time for an article, or cores in use, beside the pool."""

    worker: float = 0.0
    broker: float = 0.0
    pages: float = 0.0
    client: float = 0.0


@dataclass(frozen=True)
class Costs:
    """All parameters; `SOURCES` says how each is measured. Times in seconds, on a core of its own."""

    articles: tuple[ArticleCosts, ...]
    slowdown: float = 1.0
    cold: float = 1.0
    transfer_seconds: float = 0.0
    together: Overheads = Overheads()
    alone: Overheads = Overheads()
    idle: Overheads = Overheads()
    hop_seconds: float = 0.0
    confirm_seconds: float = 0.0
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

    def of_message(self, overheads: Overheads) -> float:
        """Seconds of the worker for each message that it reads or writes, the functions of stages not included."""
        messages = MESSAGES_OF_STAGES + MESSAGES_OF_QUOTE * self.quotes
        return max(0.0, overheads.worker - self.statements) / messages

    def of_write(self, overheads: Overheads) -> float:
        """Seconds of the broker for each message that it takes in, with all that is done with it later."""
        return overheads.broker / (WRITTEN + WRITTEN_OF_QUOTE * self.quotes)

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
    overheads = {name: Overheads(**values[name]) for name in ("together", "alone", "idle")}
    articles = tuple(ArticleCosts(**article) for article in values["articles"])
    return Costs(**values | overheads | {"articles": articles})
