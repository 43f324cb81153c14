"""All stages of an article run in the same worker, also after one of them is gone."""

import asyncio
import socket
import time
from collections import Counter

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import GroupCoordinatorNotAvailableError
from faust.assignor.client_assignment import ClientMetadata
from faust.assignor.partition_assignor import PartitionAssignor

from agents import cluster
from agents.headers import trail_of
from pipeline.stages import STAGES, Stage
from tests.faults.conftest import NewStream
from tests.support.stream import Stream, article

pytestmark = [pytest.mark.fault, pytest.mark.kafka]

PARTITIONS = 6
"""When one of three workers goes, the others have two each: who gets which of the rest is chance in Faust's way."""
PATIENCE_SECONDS = 120.0


async def owners(stream: Stream, stage: Stage) -> dict[int, str]:
    """The name of the worker that has a partition of a stage's source topic, as the broker knows it."""
    try:
        async with cluster.admin(stream.settings) as client:
            (response,) = await client.describe_consumer_groups([stream.settings.group(stage.name)])
    except GroupCoordinatorNotAvailableError:  # until the broker has made its topic of offsets
        return {}
    found = {}
    for *_, assignment in response.groups[0][5]:
        if assignment:
            dealt = ConsumerProtocolMemberAssignment.decode(assignment)
            name = ClientMetadata.loads(PartitionAssignor._decompress(dealt.user_data)).url
            found |= {place.partition: name.removeprefix("worker:") for place in dealt.partitions()}
    return found


async def until_shared(stream: Stream, *pids: int) -> dict[int, str]:
    """Wait until these workers share the partitions of every stage; the owners, which must be the same in all."""
    names = {f"{socket.gethostname()}-{pid}" for pid in pids}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = [await owners(stream, stage) for stage in STAGES]
        if all(len(each) == PARTITIONS and set(each.values()) == names for each in found):
            assert found == [found[0]] * len(STAGES)
            return found[0]
        await asyncio.sleep(0.5)
    raise AssertionError(f"{names} do not share the partitions: {found}\n{stream.logs()[-4000:]}")


async def test_the_owners_of_a_partition_are_the_same_in_all_stages(new_stream: NewStream):
    stream = await new_stream(partitions=PARTITIONS)
    first, second, third = [stream.start_worker() for _ in range(3)]
    shared = await until_shared(stream, first.pid, second.pid, third.pid)
    assert set(Counter(shared.values()).values()) == {2}

    messages = [article(f"a-{number}", f"Text {number}.") for number in range(40)]
    await stream.produce(messages)
    outcome = await stream.collect(lambda seen: seen.ids >= {key.decode() for key, _ in messages})
    worked = [{step["worker"] for step in trail_of(message.headers)} for message in outcome.articles]
    assert all(len(workers) == 1 for workers in worked), "an article was worked on by several workers"
    assert set.union(*worked) == set(shared.values())

    third.kill()
    await until_shared(stream, first.pid, second.pid)
    assert stream.stop_workers() == [0, 0]
