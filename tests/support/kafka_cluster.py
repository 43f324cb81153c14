"""Three nodes of Apache Kafka, each broker and controller, with three copies of everything and two of them in sync.

`python -m tests.support.kafka_cluster` runs one in the foreground.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from agents.cluster import admin
from agents.settings import Settings
from tests.support.kafka_broker import KafkaBroker, new_cluster_id
from tests.support.kafka_jars import KafkaMissing

NODES = (1, 2, 3)
LEADER_SECONDS = 60

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
default.replication.factor=3
min.insync.replicas=2
num.partitions=4
auto.create.topics.enable=false
offsets.topic.replication.factor=3
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=6
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
message.max.bytes=34000000
replica.fetch.max.bytes=34000000
log.cleaner.dedupe.buffer.size=2000000
log.cleaner.backoff.ms=500
"""


class KafkaNode(KafkaBroker):
    """One node of a cluster.

    Args:
        number: its id.
        cluster: what all nodes have in common.
    """

    heap = "256m"

    def __init__(self, number: int, cluster: "KafkaCluster") -> None:
        super().__init__()
        self.number = number
        self._cluster = cluster

    @property
    def voter(self) -> str:
        """As `controller.quorum.voters` names it."""
        return f"{self.number}@127.0.0.1:{self._controller}"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def quorum(self) -> tuple[int, int]:
        """Epoch and id of the controller that this node has last heard of; zeros if of none."""
        with contextlib.suppress(OSError, ValueError):
            state = json.loads((self._data / "__cluster_metadata-0" / "quorum-state").read_bytes())
            return int(state["leaderEpoch"]), int(state["leaderId"])
        return 0, 0

    def _properties(self) -> str:
        return PROPERTIES.format(
            node=self.number,
            voters=",".join(node.voter for node in self._cluster.nodes),
            port=self.port,
            controller=self._controller,
            data=self._data,
        )

    def _format_options(self) -> list[str]:
        return [f"--cluster-id={self._cluster.identity}"]


class KafkaCluster:
    """The nodes together. They are started by the thread that they end with."""

    def __init__(self) -> None:
        self.identity = new_cluster_id()
        self.nodes: Sequence[KafkaNode] = ()
        self.nodes = [KafkaNode(number, self) for number in NODES]

    @property
    def address(self) -> str:
        """As in the setting `broker`: all nodes."""
        return ",".join(node.address for node in self.nodes)

    @property
    def controller(self) -> KafkaNode:
        """The node that leads the quorum."""
        deadline = time.monotonic() + LEADER_SECONDS
        while time.monotonic() < deadline:
            _, number = max(node.quorum() for node in self.nodes if node.running)
            if number > 0 and self.nodes[number - 1].running:
                return self.nodes[number - 1]
            time.sleep(0.1)
        raise AssertionError(f"no controller within {LEADER_SECONDS} s")

    async def leader(self, topic: str) -> KafkaNode:
        """The node that leads the first partition of a topic (named with its prefix)."""
        async with admin(Settings(_env_file=None, broker=self.address)) as client:
            ((description),) = await client.describe_topics([topic])
        leader: int = next(part["leader"] for part in description["partitions"] if part["partition"] == 0)
        return self.nodes[leader - 1]

    async def delete_topics(self) -> None:
        """Make it a broker without topics again."""
        async with admin(Settings(_env_file=None, broker=self.address)) as client:
            async with asyncio.timeout(LEADER_SECONDS):
                while names := [name for name in await client.list_topics() if not name.startswith("__")]:
                    await client.delete_topics(names)
                    await asyncio.sleep(0.2)

    async def in_sync(self) -> bool:
        """Whether every partition has all its copies in sync."""
        async with admin(Settings(_env_file=None, broker=self.address)) as client:
            described = await client.describe_topics(await client.list_topics())
        return all(len(part["isr"]) == len(NODES) for topic in described for part in topic["partitions"])

    def start(self) -> Self:
        """Format the storage, and start all nodes."""
        with ThreadPoolExecutor(len(NODES)) as pool:
            list(pool.map(KafkaNode.prepare, self.nodes))
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.until_ready()
        return self

    def stop(self) -> None:
        """End all nodes, and remove their data."""
        for node in self.nodes:
            node.kill()
            node.stop()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


if __name__ == "__main__":
    try:
        with KafkaCluster() as cluster:
            sys.stdout.write(f"{cluster.address}\n")
            sys.stdout.flush()
            with contextlib.suppress(KeyboardInterrupt):
                cluster.nodes[0].wait()
    except KafkaMissing as problem:
        sys.exit(str(problem))
