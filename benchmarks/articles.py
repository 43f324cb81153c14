"""The articles that benchmarks send: the project's samples, or a folder's, multiplied."""

from collections.abc import Iterator
from itertools import cycle, islice

import orjson

from agents.cli.articles import Message, found, messages
from agents.pool.protocol import Done, Job
from agents.work import WorkOrder, load
from pipeline.config import PipelineConfig

LIMIT_BYTES = 1_000_000


def usable(paths: list[str], config: PipelineConfig) -> list[bytes]:
    """Those articles in files and folders that the first stage takes, so that each one sent comes out at the end."""
    clean = load(WorkOrder(("clean",), config))
    read = [item.value for item in messages(found(paths), limit_bytes=LIMIT_BYTES) if isinstance(item, Message)]
    return [value for value in read if isinstance(clean(Job("clean", b"a", value)), Done)]


def multiplied(values: list[bytes], count: int, *, label: str) -> Iterator[tuple[bytes, bytes]]:
    """`count` messages (key, value) with ids of their own, going round `values`."""
    for number, value in enumerate(islice(cycle(values), count)):
        article = orjson.loads(value) | {"id": f"{label}-{number}"}
        yield article["id"].encode(), orjson.dumps(article)
