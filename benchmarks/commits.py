"""When offsets were committed, as Kafka's own topic of them tells."""

import struct

from agents.settings import Settings
from agents.topic_reader import messages_to_end
from benchmarks.places import Commit, Commits
from pipeline.stages import STAGES

OFFSETS_TOPIC = "__consumer_offsets"
COMMIT_KEY_VERSIONS = (0, 1)
"""Of the schema `OffsetCommitKey`; others on the topic are of groups."""


def parse(key: bytes, value: bytes) -> tuple[str, str, int, int] | None:
    """Group, topic, partition and offset of a commit, from Kafka's records; None for what is no commit.

    The key is OffsetCommitKey: version, group, topic, partition. Of the value (OffsetCommitValue) only the offset is
    read, which follows the version in all of its versions.
    """
    if struct.unpack_from(">h", key)[0] not in COMMIT_KEY_VERSIONS:
        return None
    at, names = 2, []
    for _ in range(2):
        (length,) = struct.unpack_from(">h", key, at)
        names.append(key[at + 2 : at + 2 + length].decode())
        at += 2 + length
    (partition,) = struct.unpack_from(">i", key, at)
    (offset,) = struct.unpack_from(">q", value, 2)
    return names[0], names[1], partition, offset


async def commits(settings: Settings) -> Commits:
    """All commits of the stream's stages."""
    sources = {(settings.group(stage.name), settings.topic(stage.source)): stage.source for stage in STAGES}
    found: dict[tuple[str, int], list[Commit]] = {}
    async for record in messages_to_end(settings.model_copy(update={"topic_prefix": ""}), OFFSETS_TOPIC):
        told = parse(record.key, record.value) if record.key and record.value else None
        if told is not None and told[:2] in sources:
            source = sources[told[0], told[1]]
            found.setdefault((source, told[2]), []).append(Commit(told[3], record.timestamp / 1000))
    return {place: sorted(made, key=lambda commit: commit.at) for place, made in found.items()}
