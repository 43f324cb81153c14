"""Which worker gets which partition: in all stages the same one.

Each stage is a consumer group of its own, and deals out its partitions by itself. An article whose stages run in
different workers is read by the model once in each of them. So all groups have to come to the same result without
asking each other: it follows from the number of partitions and the names of the workers alone.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b

from aiokafka.cluster import ClusterMetadata
from faust.assignor.client_assignment import ClientAssignment
from faust.assignor.partition_assignor import (
    MemberAssignmentMapping,
    MemberMetadataMapping,
    PartitionAssignor,
)

log = logging.getLogger("redefluss.partition_assignor")


def partition_owners(partitions: int, workers: Mapping[str, str]) -> list[str]:
    """The member of a group that gets each partition, by the number of the partition.

    Each partition has an order of preference of its own among the workers (rendezvous hashing), and goes to the first
    one that has room. So few partitions move when a worker comes or goes. The numbers of partitions that two members
    get differ by one at most.

    Args:
        partitions: how many there are.
        workers: the worker's name by the id of its member; at least one. Members of workers of the same name are told
            apart by their ids, which are others in each group.
    """
    fewest, with_one_more = divmod(partitions, len(workers))
    held: Counter[str] = Counter()
    owners = []
    for partition in range(partitions):
        ranks = {member: (_rank(partition, worker), member) for member, worker in workers.items()}
        room = fewest + (with_one_more > 0)
        owner = min((member for member in workers if held[member] < room), key=ranks.__getitem__)
        held[owner] += 1
        with_one_more -= held[owner] > fewest
        owners.append(owner)
    return owners


def _rank(partition: int, worker: str) -> bytes:
    return blake2b(f"{partition} {worker}".encode(), digest_size=8).digest()


class SamePartitionsAssignor(PartitionAssignor):
    """Faust's assignor, but for who gets which partition.

    Faust lets each member keep what it had as far as it can, which is something else in each group. Here the name of a
    worker is its app setting `canonical_url`, which each member sends to the one that deals out. All that is sent is as
    Faust's own assignor sends it: members with either can be in one group, whichever of them deals out.
    """

    def _perform_assignment(
        self, cluster: ClusterMetadata, member_metadata: MemberMetadataMapping
    ) -> MemberAssignmentMapping:
        """The partitions of each member; overridden in full, since Faust's own is mostly for tables, which we lack."""
        clients = {member: self._get_client_metadata(metadata) for member, metadata in member_metadata.items()}
        self._update_member_urls(clients)
        assignments = {member: ClientAssignment(actives={}, standbys={}) for member in clients}
        topics = sorted({topic for metadata in member_metadata.values() for topic in metadata.subscription})
        for topic in topics:
            partitions = len(cluster.partitions_for_topic(topic) or ())
            if not partitions:
                log.warning("nothing of the topic %s is read: it is not there", topic)
            readers = {
                member: clients[member].url
                for member, metadata in member_metadata.items()
                if topic in metadata.subscription
            }
            owners = partition_owners(partitions, readers)
            for reader in readers:
                assignments[reader].actives[topic] = [number for number, owner in enumerate(owners) if owner == reader]
        return self._protocol_assignments(
            assignments,
            self._get_changelog_distribution(assignments),
            self._get_external_topic_distribution(assignments),
            {topic: number for number, topic in enumerate(topics)},
        )
