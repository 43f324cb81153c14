"""Whether keys are in the partitions that Kafka's default partitioner puts them into, as the order of versions needs.

A producer with another partitioner (librdkafka's is another by default) puts the versions of an article into two
partitions if somebody else sends some of them. Nobody can set that right afterwards, so it is said.
"""

import logging
import time

from aiokafka.errors import KafkaError

from agents import cluster
from agents.incoming import Incoming
from agents.metrics import Metrics
from agents.partitioner import default_partition
from agents.permissions import MissingPermission
from agents.settings import Settings
from pipeline.stages import STAGES, Stage

log = logging.getLogger("redefluss.partitioner_check")

ASK_SECONDS = 60.0
"""The number of partitions may be raised: so old may be what is known of it."""
SCATTERED_TOPICS = frozenset(output.topic for stage in STAGES for output in stage.outputs if output.scattered)
"""On these a message without a value goes to all partitions."""


class PartitionerCheck:
    """Looks at the messages of one stage: counts those that lie elsewhere, and tells of the first one.

    Args:
        settings: where.
        stage: whose source topic.
        metrics: what counts.
    """

    def __init__(self, settings: Settings, stage: Stage, metrics: Metrics) -> None:
        self._settings = settings
        self._stage = stage
        self._metrics = metrics
        self._partitions = 0
        self._asked_at = -ASK_SECONDS
        self._warned = False

    async def check(self, message: Incoming) -> None:
        """Look at one message; a broker that does not answer, or may not, is no reason to wait."""
        if not message.key or (message.value is None and self._stage.source in SCATTERED_TOPICS):
            return
        if self._fits(message):
            return
        raised = 0 < self._partitions <= message.partition
        if raised or time.monotonic() - self._asked_at >= ASK_SECONDS:
            await self._ask(message.topic)
        if not self._partitions or self._fits(message):
            return
        self._metrics.increment("redefluss_misplaced_keys", self._stage.name)
        if not self._warned:
            self._warned = True
            log.warning(
                "%s: its key is in partition %d and not in %d, where Kafka's default partitioner (murmur2) puts it; "
                "the order of an article's versions is not kept if producers use different partitioners, or if the "
                "number of partitions was raised (said once; redefluss_misplaced_keys_total counts on)",
                *(message, message.partition, default_partition(message.key, self._partitions)),
            )

    def _fits(self, message: Incoming) -> bool:
        assert message.key
        return bool(self._partitions) and default_partition(message.key, self._partitions) == message.partition

    async def _ask(self, topic: str) -> None:
        self._asked_at = time.monotonic()
        try:
            self._partitions = len(await cluster.partition_numbers(self._settings, topic))
        except (KafkaError, OSError, MissingPermission) as error:
            log.debug("the number of partitions of %s is not known: %r", topic, error)
