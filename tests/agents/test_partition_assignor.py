"""Who gets which partition, and that Faust's own assignor understands how it is said."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import mean
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from faust.assignor.partition_assignor import PartitionAssignor

from agents.app import create_app
from agents.partition_assignor import SamePartitionsAssignor, partition_owners
from agents.settings import Settings
from agents.status import WorkerStatus
from pipeline.stages import stage_named
from tests.support.members import names_in

NAMES = [f"host-{number}" for number in range(1, 400)]


def group(stage: str, workers: list[str]) -> dict[str, str]:
    """The members of a stage's group, whose ids say nothing of their workers."""
    return {f"{stage}-{number}": worker for number, worker in enumerate(workers)}


def workers_of(partitions: int, members: Mapping[str, str]) -> list[str]:
    return [members[member] for member in partition_owners(partitions, members)]


@pytest.mark.parametrize("workers", range(1, 11))
def test_each_group_gives_a_partition_to_the_same_worker(workers):
    names = NAMES[:workers]
    assert workers_of(8, group("entities", names)) == workers_of(8, group("quotes", names[::-1]))


@pytest.mark.parametrize("partitions", [0, 1, 4, 8, 13, 64])
@pytest.mark.parametrize("workers", [1, 2, 3, 5, 8, 11])
def test_no_member_gets_more_than_one_more_than_another(partitions, workers):
    for first in range(20):
        members = group("quotes", NAMES[first : first + workers])
        counts = Counter(partition_owners(partitions, members))
        assert sum(counts.values()) == partitions
        assert max(counts[member] for member in members) - min(counts[member] for member in members) <= 1


def test_members_of_workers_of_the_same_name_share_too():
    counts = Counter(partition_owners(8, {"a": "host-1", "b": "host-1", "c": "host-2"}))
    assert sorted(counts.values()) == [2, 3, 3]


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_few_partitions_move_when_a_worker_comes_or_goes(workers):
    """Dealing them out in turn moves more than twice as many as it has to."""
    partitions = 32
    moved = []
    for first, last in pairwise(range(0, len(NAMES) - workers, workers)):
        before = workers_of(partitions, group("quotes", NAMES[first:last]))
        after = workers_of(partitions, group("quotes", NAMES[first : last + 1]))
        moved.append(sum(was != now for was, now in zip(before, after, strict=True)))
    assert mean(moved) < 1.8 * partitions / (workers + 1)


Make = Callable[..., Any]


@pytest.fixture
async def make(tmp_path) -> Make:
    """Makes the assignor of a stage's app; `worker` None: as Faust has it."""

    def make_one(stage: str = "quotes", worker: str | None = None) -> PartitionAssignor:
        app = create_app(Settings(data_dir=tmp_path), stage_named(stage), handle_nothing, embedded=False)
        if worker is None:
            app.conf.canonical_url = "http://host:6066"
            return PartitionAssignor(app, replicas=1)
        app.conf.canonical_url = f"worker:{worker}"
        return app.assignor

    return make_one


async def handle_nothing(*messages: Any, **options: Any) -> None:
    """Every message is at its end at once."""


def deal(leader: PartitionAssignor, members: Mapping[str, PartitionAssignor], **partitions: int) -> dict[str, Any]:
    """One rebalance, with everything in the form in which it is sent; the topics and partitions of each member."""
    sent = {member: assignor.metadata(set(partitions)).encode() for member, assignor in members.items()}
    cluster = SimpleNamespace(partitions_for_topic=lambda topic: set(range(partitions[topic])) or None)
    received = {member: ConsumerProtocolMemberMetadata.decode(metadata) for member, metadata in sent.items()}
    dealt = {member: assignment.encode() for member, assignment in leader.assign(cluster, received).items()}
    for member, assignment in dealt.items():
        members[member].on_assignment(ConsumerProtocolMemberAssignment.decode(assignment))
    return {member: dict(ConsumerProtocolMemberAssignment.decode(each).assignment) for member, each in dealt.items()}


async def test_an_app_deals_out_by_the_name_of_the_worker(make):
    entities = {"z1": make("entities", "a"), "z0": make("entities", "b")}
    quotes = {"m0": make("quotes", "a"), "m1": make("quotes", "b")}
    of_entities = deal(entities["z0"], entities, cleaned=8)
    of_quotes = deal(quotes["m0"], quotes, entities=8)
    assert of_entities["z1"]["cleaned"] == of_quotes["m0"]["entities"]
    assert of_entities["z0"]["cleaned"] == of_quotes["m1"]["entities"]
    assert [len(part["cleaned"]) for part in of_entities.values()] == [4, 4]
    assert quotes["m0"].assigned_actives() == {("entities", number) for number in of_quotes["m0"]["entities"]}
    assert quotes["m0"].group_for_topic("entities") == 0


async def test_topics_with_the_same_number_of_partitions_are_dealt_out_alike_and_others_for_themselves(make):
    members = {"m0": make(worker="a"), "m1": make(worker="b")}
    dealt = deal(members["m0"], members, one=8, other=8, small=1)
    assert all(part["one"] == part["other"] and len(part["one"]) == 4 for part in dealt.values())
    assert sorted(len(part["small"]) for part in dealt.values()) == [0, 1]


async def test_of_a_topic_that_is_missing_nobody_gets_anything(make, caplog):
    members = {"m0": make(worker="a")}
    assert deal(members["m0"], members, there=2, missing=0) == {"m0": {"there": [0, 1], "missing": []}}
    assert "nothing of the topic missing is read" in caplog.text


@pytest.mark.parametrize("leader", ["old", "new"])
async def test_members_with_faust_s_own_assignor_can_be_in_the_group(make, leader):
    members = {"old": make(), "older": make(), "new": make(worker="a"), "newer": make(worker="b")}
    assert {assignor.name for assignor in members.values()} == {"faust"}
    assert len({assignor.version for assignor in members.values()}) == 1
    for _ in range(2):  # the second time, with what was assigned the first time
        dealt = deal(members[leader], members, entities=8)
        assert sorted(number for part in dealt.values() for number in part["entities"]) == list(range(8))
        assert {len(part["entities"]) for part in dealt.values()} == {2}


async def test_faust_asks_the_assignor_of_the_app_and_there_what_is_overridden(make, tmp_path):
    """`PartitionAssignor._perform_assignment`; without standby replicas, Faust would take another assignor."""
    app = create_app(Settings(data_dir=tmp_path), stage_named("quotes"), handle_nothing, embedded=False)
    thread = app.consumer._thread
    thread._create_consumer(loop=app.loop)
    assert thread._assignor is app.assignor
    assert type(app.assignor) is SamePartitionsAssignor
    assert "_perform_assignment" in names_in(PartitionAssignor._assign)
    status = WorkerStatus(("quotes",), "rules")
    assert str(app.conf.canonical_url) == f"worker:{status.worker}"
