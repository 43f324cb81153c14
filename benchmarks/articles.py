"""The articles that benchmarks send: the project's samples, or a folder's, multiplied."""

from collections.abc import Iterator
from itertools import count as counting
from itertools import cycle, islice

import orjson
from aiokafka.partitioner import murmur2

from agents.cli.articles import ArticleMessage, messages
from agents.cli.input_files import found
from agents.pool.protocol import Done, Job
from agents.stage_jobs import StageSetup, load
from pipeline.config import PipelineConfig

LIMIT_BYTES = 1_000_000
PARTITIONS = 8


def usable(paths: list[str], config: PipelineConfig) -> list[bytes]:
    """Those articles in files and folders that the first stage takes, so that each one sent comes out at the end."""
    clean = load(StageSetup(("clean",), config))
    read = [item.value for item in messages(found(paths), limit_bytes=LIMIT_BYTES) if isinstance(item, ArticleMessage)]
    return [value for value in read if isinstance(clean(Job("clean", b"a", value)), Done)]


def multiplied(
    values: list[bytes], count: int, *, label: str, partitions: int = PARTITIONS
) -> Iterator[tuple[bytes, bytes]]:
    """`count` messages (key, value) with ids of their own, going round `values`.

    The ids are such that each partition gets as many as any other: else what is measured at the end of a backlog is
    how uneven a few hundred random keys are. Each id stands in its text, too, in the longest paragraph, which cleaning
    keeps: pool processes remember what they have read lately, and would not read the same text again.
    """
    for number, value in enumerate(islice(cycle(values), count)):
        key = falling_on(f"{label}-{number}", number % partitions, partitions)
        article = orjson.loads(value) | {"id": key.decode()}
        if text := article.get("text"):
            longest = max(text.split("\n"), key=len)
            article["text"] = text.replace(longest, f"{longest} ({key.decode()})", 1)
        elif page := article.get("html"):
            article["html"] = page.replace("</p>", f" ({key.decode()})</p>", 1)
        yield key, orjson.dumps(article)


def falling_on(stem: str, partition: int, partitions: int) -> bytes:
    """An id that begins with `stem` and belongs, by Kafka's own partitioner, on that partition."""
    for number in counting():
        key = f"{stem}-{number}".encode()
        if (murmur2(key) & 0x7FFFFFFF) % partitions == partition:
            return key
    raise AssertionError
