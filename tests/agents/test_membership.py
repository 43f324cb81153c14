"""Whether what was read is still this worker's: only so long as the broker has confirmed it lately."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, SyncGroupRequest

from agents import membership as module
from agents.faust_adapter import AdaptedApp
from agents.faust_consumer import learning
from agents.membership import Membership, OwnershipLost


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(module.time, "monotonic", lambda: now.seconds)
    return now


def test_a_membership_is_certain_for_half_of_the_session_since_it_was_asked_for(clock):
    membership = Membership(10.0)
    assert not membership.certain
    membership.confirmed(98.0)
    assert membership.certain
    membership.confirmed(90.0)
    assert membership.certain, "an answer to an older question takes nothing back"
    clock.seconds = 102.9
    assert membership.certain
    clock.seconds = 103.1
    assert not membership.certain


class Member(AdaptedApp):
    generation = 5

    def __init__(self, membership):
        self.membership = membership


async def test_what_was_read_in_another_generation_or_before_one_ended_is_not_ours():
    membership = Membership(10.0)
    app = Member(membership)
    membership.confirmed(module.time.monotonic())
    with pytest.raises(OwnershipLost):
        await app.check_owner(5)
    membership.begun()
    await app.check_owner(5)
    with pytest.raises(OwnershipLost):
        await app.check_owner(4)
    membership.ended()
    with pytest.raises(OwnershipLost):
        await app.check_owner(5)


async def test_who_is_not_certain_waits_for_the_answer():
    membership = Membership(10.0)
    app = Member(membership)
    membership.begun()
    yes, no = asyncio.create_task(app.check_owner(5)), asyncio.create_task(app.check_owner(5))
    await asyncio.sleep(0.1)
    assert not yes.done()
    membership.confirmed(module.time.monotonic())
    await asyncio.wait_for(yes, 1)
    await asyncio.wait_for(no, 1)
    lost = Membership(10.0)
    waiting = asyncio.create_task(Member(lost).check_owner(5))
    lost.begun()
    await asyncio.sleep(0.1)
    lost.ended()
    with pytest.raises(OwnershipLost):
        await asyncio.wait_for(waiting, 1)


ANSWERS = [
    (HeartbeatRequest("g", 5, "m"), 0, "confirmed"),
    (HeartbeatRequest("g", 5, "m"), RebalanceInProgressError.errno, "confirmed"),
    (HeartbeatRequest("g", 5, "m"), UnknownMemberIdError.errno, "ended"),
    (HeartbeatRequest("g", 5, "m"), IllegalGenerationError.errno, "ended"),
    (HeartbeatRequest("g", 5, "m"), 15, None),
    (SyncGroupRequest("g", 5, "m", None, []), 0, "confirmed"),
    (SyncGroupRequest("g", 5, "m", None, []), UnknownMemberIdError.errno, "ended"),
    (JoinGroupRequest("g", 1000, 1000, "m", None, "consumer", []), 0, "ended"),
    (LeaveGroupRequest("g", "m"), 0, None),
]


@pytest.mark.parametrize(("request_", "code", "learned"), ANSWERS)
async def test_every_answer_of_the_coordinator_tells_whether_it_still_is_a_member(request_, code, learned):
    assert "_send_req" in vars(GroupCoordinator), "else aiokafka has changed, and nothing is learned"

    async def send(request):
        assert request is request_
        return SimpleNamespace(error_code=code)

    membership = Membership(10.0)
    membership.begun()
    assert (await learning(send, membership, "g")(request_)).error_code == code
    assert membership.certain == (learned == "confirmed")
    assert membership.over == (learned == "ended")
