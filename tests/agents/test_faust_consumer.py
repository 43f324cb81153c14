"""What the consumer does, and what it takes Faust, mode and aiokafka to be: a test for each member that is private."""

import asyncio
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, NoError
from aiokafka.protocol.group import HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP
from mode import Service

from agents import faust_consumer, topic_identity
from agents.app import StageApp, create_app
from agents.faust_consumer import LowLatencyConsumer
from agents.incoming import Incoming
from agents.publisher import BeforeSend
from agents.settings import Settings
from pipeline.stages import STAGES
from tests.support.members import names_in, parameters

HERE, GONE = TP("t", 0), TP("t", 1)


@pytest.fixture
async def app(tmp_path) -> StageApp:
    async def handle(message: Incoming, *, before_publish: BeforeSend) -> None:
        """Every message is at its end at once."""

    return create_app(Settings(data_dir=tmp_path), STAGES[0], handle, embedded=False)


@pytest.mark.parametrize(
    ("buffered", "active", "waits"),
    [(set(), {HERE}, [1.0]), ({GONE}, {HERE}, [1.0]), ({HERE}, {TP("t", 2)}, [0.0]), ({HERE}, set(), [])],
    ids=["none full", "one full that was given up", "one full", "all full"],
)
async def test_waits_long_only_if_no_buffer_of_its_own_is_full(monkeypatch, buffered, active, waits):
    waited: list[float] = []

    async def wait(self: Consumer, timeout: float) -> Any:
        waited.append(timeout)
        return {}, active

    monkeypatch.setattr(Consumer, "__init__", lambda self: None)
    monkeypatch.setattr(Consumer, "_wait_next_records", wait)
    monkeypatch.setattr(Consumer, "assignment", lambda self: {HERE, TP("t", 2)})
    consumer = LowLatencyConsumer()
    consumer._buffered_partitions, consumer._active_partitions = buffered, active
    assert await consumer._wait_next_records(1.0) == ({}, active)
    assert waited == waits


async def test_what_has_to_be_read_again_is_not_taken_for_read(monkeypatch):
    """Faust drops what stands before `Consumer._read_offset`."""

    async def getmany(self: Consumer, active_partitions: Any, timeout: float) -> Any:
        return {HERE: ["the first"]}

    monkeypatch.setattr(Consumer, "__init__", lambda self: None)
    monkeypatch.setattr(Consumer, "_getmany", getmany)
    consumer, again = LowLatencyConsumer(), {TopicPartition(*HERE), TopicPartition(*GONE)}
    consumer._read_offset = {HERE: 54, GONE: 54}
    client = SimpleNamespace(_fetcher=SimpleNamespace(read_again=again))
    consumer._thread = SimpleNamespace(_consumer=client)
    assert await consumer._getmany({HERE, GONE}, 1.0) == {HERE: ["the first"]}
    assert consumer._read_offset == {GONE: 54}, "nothing of that has come yet"
    assert again == {GONE}
    source = inspect.getsource(Consumer._drain_messages)
    assert "get_read_offset = self._read_offset.__getitem__" in source
    assert "if r_offset is None or offset >= r_offset:" in source


async def test_what_came_of_others_is_given_while_one_is_full_and_room_ends_the_wait(monkeypatch):
    found = {TP("t", 2): ["message"]}

    async def wait(self: Consumer, timeout: float) -> Any:
        return found, self._active_partitions

    monkeypatch.setattr(faust_consumer, "BUFFER_WAIT_SECONDS", 1000.0)
    monkeypatch.setattr(Consumer, "__init__", lambda self: None)
    monkeypatch.setattr(Consumer, "_wait_next_records", wait)
    monkeypatch.setattr(Consumer, "assignment", lambda self: {HERE, TP("t", 2)})
    consumer = LowLatencyConsumer()
    consumer._buffered_partitions, consumer._active_partitions = {HERE}, {TP("t", 2)}
    assert await consumer._wait_next_records(1.0) == (found, {TP("t", 2)})
    found.clear()
    consumer._buffer_freed.set()  # of a former wait
    waiting = asyncio.create_task(consumer._wait_next_records(1.0))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    consumer.on_buffer_drop(HERE)
    assert await waiting == ({}, {HERE, TP("t", 2)})


async def test_the_client_keeps_its_settings_where_they_are_set_and_reads_them_at_its_start():
    """`AIOKafkaConsumer._consumer_timeout`, `AIOKafkaConsumer._isolation_level`."""
    client = AIOKafkaConsumer(
        bootstrap_servers="127.0.0.1:1", consumer_timeout_ms=300, isolation_level="read_committed"
    )
    assert (client._consumer_timeout, client._isolation_level) == (0.3, "read_committed")
    assert names_in(AIOKafkaConsumer.start) >= {"_consumer_timeout", "_isolation_level"}


async def test_faust_waits_for_messages_where_it_is_overridden():
    """`Consumer._wait_next_records`."""
    assert parameters(Consumer._wait_next_records) == ["self", "timeout"]
    assert "_wait_next_records" in names_in(Consumer.getmany)


async def test_full_buffers_are_told_by_what_the_consumer_notes(monkeypatch, app):
    """`Consumer._buffered_partitions`, `Consumer._get_active_partitions`, `Consumer.on_buffer_drop`."""
    monkeypatch.setattr(Consumer, "assignment", lambda self: {HERE, TP("t", 2)})
    consumer = app.consumer
    consumer.resume_partitions({HERE, TP("t", 2)})
    assert not consumer._full()
    consumer.on_buffer_full(HERE)
    assert consumer._full() == consumer._buffered_partitions == {HERE}
    assert consumer._get_active_partitions() == {TP("t", 2)}
    assert not consumer._buffer_freed.is_set()
    consumer.on_buffer_drop(HERE)
    assert not consumer._full()
    assert consumer._get_active_partitions() == {HERE, TP("t", 2)}
    assert consumer._buffer_freed.is_set()
    consumer.on_buffer_full(GONE)
    assert not consumer._full(), "it was given up while it was full"


class Waits(LowLatencyConsumer):
    """Of the consumer, only what waits; `tasks` has what it made tasks of."""

    def __init__(self) -> None:
        Service.__init__(self)


async def test_no_task_is_made_for_a_message_that_there_is_room_for(monkeypatch):
    """`Service.wait_first`, and that Faust hands messages on by it."""
    assert "wait_first" in names_in(Consumer._drain_messages)
    consumer, other = Waits(), asyncio.Event()
    monkeypatch.setattr(asyncio, "ensure_future", None)

    async def deliver() -> str:
        return "delivered"

    done = await consumer.wait_first(deliver(), other.wait())
    assert (done.results, done.stopped) == (["delivered"], False)


async def test_a_message_that_finds_no_room_waits_until_there_is_or_the_flow_is_suspended():
    consumer, room, suspended, seen = Waits(), asyncio.Event(), asyncio.Event(), []

    async def deliver() -> str:
        seen.append("begun")
        try:
            await asyncio.sleep(0)
            await room.wait()
        except asyncio.CancelledError:
            seen.append("broken off")
            raise
        return "delivered"

    waiting = asyncio.create_task(consumer.wait_first(deliver(), suspended.wait()))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    room.set()
    assert (await waiting).results == ["delivered"]
    room.clear()
    waiting = asyncio.create_task(consumer.wait_first(deliver(), suspended.wait()))
    await asyncio.sleep(0.02)
    suspended.set()
    assert (await waiting).results == [True]
    await asyncio.sleep(0)
    assert seen == ["begun", "begun", "broken off"]


async def test_what_goes_wrong_with_a_message_is_raised_whether_it_waited_or_not():
    async def fail(seconds: float | None) -> None:
        if seconds is not None:
            await asyncio.sleep(seconds)
        raise ValueError("a bug")

    for seconds in (None, 0.01):
        with pytest.raises(ValueError, match="a bug"):
            await Waits().wait_first(fail(seconds), asyncio.Event().wait())


async def test_goes_back_to_the_beginning_of_a_partition_of_which_nothing_is_committed(app, monkeypatch):
    """`ConsumerThread.seek_to_committed`: what Faust goes back by after it has dropped messages."""
    assert "seek_to_committed" in names_in(Consumer.seek_to_committed) & names_in(Consumer.perform_seek)
    thread = app.consumer._thread
    begun: list[Any] = []

    committed = {TP("t", 0): 5, TP("t", 1): None, TP("t", 2): 0}
    metadata = {TP("t", 0): "this", TP("t", 1): "", TP("t", 2): ""}

    async def seek_to_committed() -> dict[TP, int | None]:
        return dict(committed)

    async def seek_to_beginning(*partitions: TP) -> None:
        begun.append(partitions)

    async def call_thread(function: Callable[[], Any]) -> Any:
        return await function()

    async def fetch_committed_offsets(partitions: list[TP]) -> dict[TP, OffsetAndMetadata]:
        return {tp: OffsetAndMetadata(committed[tp] or -1, metadata[tp]) for tp in partitions}

    async def ids_of(client: Any, topics: set[str]) -> dict[str, str]:
        assert (client, topics) == ("the client", {"t"})
        return {"t": "this"}

    monkeypatch.setattr(topic_identity, "ids_of", ids_of)
    assert "_client" in names_in(AIOKafkaConsumer.__init__)
    assert list(inspect.signature(GroupCoordinator.fetch_committed_offsets).parameters) == ["self", "partitions"]
    thread._consumer = SimpleNamespace(
        assignment=lambda: set(committed),
        seek_to_committed=seek_to_committed,
        seek_to_beginning=seek_to_beginning,
        _client="the client",
        _coordinator=SimpleNamespace(fetch_committed_offsets=fetch_committed_offsets),
    )
    thread.call_thread = call_thread
    await app.consumer.perform_seek()
    assert begun == [(TP("t", 1), TP("t", 2))]
    assert app.consumer._read_offset == {TP("t", 0): 5, TP("t", 1): None, TP("t", 2): 0}

    for others in (TP("t", 1), TP("t", 2)):
        del committed[others]
    await app.consumer.perform_seek()
    assert len(begun) == 1, "without a partition it would be the beginning of all"

    metadata[TP("t", 0)] = "the former topic of this name"
    await app.consumer.perform_seek()
    assert begun[1:] == [(TP("t", 0),)]
    assert app.consumer._read_offset[TP("t", 0)] is None
    assert app.topic_ids == {"t": "this"}


async def test_the_same_topics_are_subscribed_once(app, monkeypatch):
    """`AIOKafkaConsumerThread.subscribe`: Faust's conductor calls it for the same topics again."""
    subscribed: list[set[str]] = []

    async def subscribe(self: Any, topics: set[str]) -> None:
        subscribed.append(topics)

    monkeypatch.setattr(AIOKafkaConsumerThread, "subscribe", subscribe)
    for topics in (set[str](), {"a"}, {"a"}, {"a", "b"}, {"a"}):
        await app.consumer.subscribe(topics)
    assert subscribed == [set(), {"a"}, {"a", "b"}, {"a"}]


async def test_a_group_that_may_no_longer_be_read_is_named(app, monkeypatch, caplog):
    """`AIOKafkaConsumer._coordinator`, and `_send_req` and `group_id` of it, through which all requests go."""
    answers = [NoError.errno, GroupAuthorizationFailedError.errno]

    async def send(request: Any) -> Any:
        return SimpleNamespace(error_code=answers.pop(0))

    async def on_start(self: Any) -> None:
        parts: Any = {"_send_req": send, "_closing": asyncio.Future(), "group_id": "redefluss-clean"}
        self._consumer = SimpleNamespace(_coordinator=SimpleNamespace(**parts))

    assert {"_send_req", "group_id"} <= names_in(GroupCoordinator._do_heartbeat)
    monkeypatch.setattr(AIOKafkaConsumerThread, "on_start", on_start)
    thread = app.consumer._thread
    await thread.on_start()
    for _ in range(2):
        await thread._consumer._coordinator._send_req(HeartbeatRequest("redefluss-clean", 1, "m"))
    (line,) = [record.getMessage() for record in caplog.records if record.name == "redefluss.faust_consumer"]
    assert line == "the log-in lacks READ on the group redefluss-clean: its stage stands still"


@pytest.mark.parametrize("known", [True, False], ids=["connected", "not connected"])
async def test_a_client_that_is_closed_leaves_the_group_without_waiting_for_its_other_members(known):
    """`GroupCoordinator._closing` ends its loop; `AIOKafkaClient._conns` has a connection for each node and use."""
    sent: list[Any] = []
    closed: list[str] = []

    async def send(request: Any) -> Any:
        sent.append(request)
        if isinstance(request, JoinGroupRequest):
            await asyncio.Event().wait()

    connection = SimpleNamespace(close=lambda: closed.append("connection"))
    connections = {(1, ConnectionGroup.COORDINATION): connection} if known else {}
    parts: Any = {"_closing": asyncio.Future(), "group_id": "g", "member_id": "m", "coordinator_id": 1}
    coordinator = SimpleNamespace(_client=SimpleNamespace(_conns=connections), **parts)
    ask = faust_consumer.ending_with(coordinator, send)
    joining = asyncio.create_task(ask(JoinGroupRequest("g", 1000, 1000, "m", None, "consumer", [])))
    await asyncio.wait({joining}, timeout=0.05)
    assert (joining.done(), closed) == (False, [])
    coordinator._closing.set_result(None)
    with pytest.raises(KafkaConnectionError):  # for which aiokafka joins again, unless it is closed
        await asyncio.wait_for(joining, 1)
    assert closed == ["connection"] * known
    assert [type(request) for request in sent] == [JoinGroupRequest, LeaveGroupRequest]
    assert vars(sent[1]) == vars(LeaveGroupRequest("g", "m"))
    assert {"_closing", "_client"} <= names_in(GroupCoordinator.close) | names_in(GroupCoordinator._send_req)
    assert "COORDINATION" in names_in(GroupCoordinator._send_req)
    assert "_conns" in names_in(AIOKafkaClient.send)
