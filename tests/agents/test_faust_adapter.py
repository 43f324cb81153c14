"""What the adapter does, and what it takes Faust, mode and aiokafka to be: a test for each member that is private."""

import asyncio
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupAuthorizationFailedError, NoError
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.structs import OffsetAndMetadata
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, ConsumerRebalanceListener
from faust.types import TP
from mode import Service
from mode.threads import QueueServiceThread
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from agents import faust_adapter as adapter
from agents import kafka, topic_identity
from agents.app import StageApp, create_app
from agents.faust_adapter import (
    AdaptedApp,
    AlwaysRestartSupervisor,
    ClientThread,
    LowLatencyConsumer,
    waiting_events,
)
from agents.incoming import Incoming
from agents.publisher import BeforeSend
from agents.settings import Settings
from agents.web.connections import Connections, LimitedSite, Proxies
from pipeline.stages import STAGES

HERE, GONE = TP("t", 0), TP("t", 1)


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


async def test_what_came_of_others_is_given_while_one_is_full_and_room_ends_the_wait(monkeypatch):
    found = {TP("t", 2): ["message"]}

    async def wait(self: Consumer, timeout: float) -> Any:
        return found, self._active_partitions

    monkeypatch.setattr(adapter, "BUFFER_WAIT_SECONDS", 1000.0)
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


@pytest.fixture
async def app(tmp_path) -> StageApp:
    async def handle(message: Incoming, *, before_publish: BeforeSend) -> None:
        """Every message is at its end at once."""

    return create_app(Settings(data_dir=tmp_path), STAGES[0], handle, embedded=False)


def names_in(function: Callable[..., Any]) -> set[str]:
    """The attributes and globals that a function mentions."""
    return set(function.__code__.co_names)


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


async def test_an_app_s_consumer_thread_and_client_are_the_adapted_ones(app):
    """`App._new_transport`, `Transport.Consumer`, `Consumer._new_consumer_thread`, `Consumer._thread`."""
    assert type(app.consumer) is LowLatencyConsumer
    thread = app.consumer._thread
    assert type(thread) is ClientThread
    # `_create_consumer` is where Faust asks for the client: without it, what is overridden would have no effect.
    client = thread._create_consumer(loop=asyncio.get_running_loop())
    assert isinstance(client, AIOKafkaConsumer)
    assert (client._consumer_timeout, client._isolation_level) == (kafka.IDLE_LOOK_SECONDS, kafka.ISOLATION_LEVEL)


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


def stream_with(*generations: int) -> Any:
    """A stream in whose buffer events of these generations wait."""
    queue: ThrowableQueue[Any] = ThrowableQueue(maxsize=16, flow_control=FlowControlEvent())
    for number, generation in enumerate(generations):
        message = SimpleNamespace(offset=number, generation_id=generation, value=b"vier")
        queue.force_put_nowait(SimpleNamespace(message=message))
    return SimpleNamespace(channel=SimpleNamespace(queue=queue))


async def test_what_waits_behind_an_event_is_taken_with_it(app):
    """`Stream.channel`, `Channel.queue`: Faust's own iterator takes them from there."""
    first = SimpleNamespace(message=SimpleNamespace(generation_id=2, value=None))
    stream = stream_with(2, 2, 2)
    assert [event.message.offset for event in waiting_events(stream, first, 1000)] == [0, 1, 2]
    assert waiting_events(stream, first, 1000) == []
    large = stream_with(2, 2, 2)
    assert [event.message.offset for event in waiting_events(large, first, 5)] == [0, 1]
    assert large.channel.queue.qsize() == 1
    made = app.topic("t", value_serializer="raw").stream().noack()
    assert made.channel.queue is made.channel.queue
    assert {"channel", "queue"} <= names_in(type(made)._py_aiter)


async def test_what_was_read_before_a_rebalance_is_left_out():
    first = SimpleNamespace(message=SimpleNamespace(generation_id=2, value=None))
    stream = stream_with(1, 1, 2)
    assert [event.message.offset for event in waiting_events(stream, first, 1000)] == [2]
    assert stream.channel.queue.empty()


async def test_room_in_a_buffer_is_told_when_what_waits_is_taken():
    stream, told = stream_with(*[2] * 15), []
    last = SimpleNamespace(message=SimpleNamespace(generation_id=2, value=b""))
    stream.channel.queue.put_nowait_enhanced(
        last,
        on_pressure_high=lambda: told.append("full"),
        on_pressure_drop=lambda: told.append("room"),
    )
    waiting_events(stream, last, 1000)
    assert told == ["full", "room"]


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


async def test_there_is_no_consumer_before_faust_makes_one_and_none_is_made_by_asking(app):
    """`App._consumer`; a consumer that has not started says so by `ConsumerNotStarted`."""
    assert app._consumer is None
    assert app.owned() is None
    app.abort_consumer()
    assert app._consumer is None
    made = app.consumer
    assert app._consumer is made
    with pytest.raises(ConsumerNotStarted):
        made.assignment()
    assert app.owned() is None
    made.assignment = lambda: {HERE}
    assert app.owned() == {HERE}


async def test_the_generation_is_what_the_client_says_at_an_assignment(app):
    """`App.consumer_generation_id`, set before anybody hears of an assignment."""
    heard: list[Any] = []

    async def on_partitions_assigned(assigned: set[TP], generation: int) -> None:
        heard.append((assigned, generation, app.generation))

    client = SimpleNamespace(_coordinator=SimpleNamespace(generation=7))
    thread = SimpleNamespace(app=app, _ensure_consumer=lambda: client, on_partitions_assigned=on_partitions_assigned)
    assert app.generation == 0
    await ConsumerRebalanceListener(thread).on_partitions_assigned({HERE})
    assert heard == [({HERE}, 7, 7)]


async def test_an_assignment_is_told_before_faust_begins_to_read(monkeypatch, app):
    """`App._on_partitions_assigned`."""
    order: list[Any] = []

    async def assigned(self: faust.App, partitions: set[TP], generation_id: int = 0) -> None:
        order.append((partitions, generation_id))

    assert parameters(faust.App._on_partitions_assigned) == ["self", "assigned", "generation_id"]
    monkeypatch.setattr(faust.App, "_on_partitions_assigned", assigned)
    monkeypatch.setattr(AdaptedApp, "on_assigned", lambda self, partitions: order.append(partitions))
    monkeypatch.setattr(StageApp, "on_assigned", AdaptedApp.on_assigned)
    app.consumer.resume_flow()
    app.flow_control.resume()
    app.on_rebalance_start()
    await app.consumer._on_partitions_assigned({HERE}, 3)
    assert order == [{HERE}, ({HERE}, 3)]
    assert (app.consumer.flow_active, app.flow_control.is_active()) == (False, False)
    assert app.assigned_in == app.rebalancing_count == 1
    assert (app.membership.joined, app.membership.over) == (True, False)


async def test_partitions_are_given_up_where_faust_would_wait_for_acks(app):
    """`App._consumer_wait_empty`: called at a rebalance and at the end, both times before the partitions are gone."""
    assert parameters(faust.App._consumer_wait_empty) == ["self", "consumer", "logger"]
    assert "_consumer_wait_empty" in names_in(faust.App._on_partitions_revoked) & names_in(faust.App._stop_consumer)
    given_up: list[str] = []

    async def on_revoked() -> None:
        given_up.append("now")

    app.on_revoked = on_revoked
    await app._consumer_wait_empty(None, None)
    assert given_up == ["now"]


async def test_offsets_are_committed_by_the_client_in_its_own_thread(app):
    """`Consumer._thread`, `AIOKafkaConsumerThread._ensure_consumer`, `QueueServiceThread.call_thread`."""
    assert parameters(QueueServiceThread.call_thread)[:2] == ["self", "fun"]
    thread = app.consumer._thread
    committed: list[Any] = []
    here = asyncio.current_task()

    async def commit(offsets: Any) -> None:
        committed.append(({tp.partition: tuple(data) for tp, data in offsets.items()}, asyncio.current_task() is here))

    async def call_thread(function: Callable[[], Any]) -> Any:
        return await asyncio.create_task(function())

    with pytest.raises(ConsumerNotStarted):
        thread._ensure_consumer()
    thread._consumer = SimpleNamespace(commit=commit)
    thread.call_thread = call_thread
    await app.commit_offsets({TP("t", 0): 5, TP("t", 1): 9}, {})
    assert committed == [({0: (5, ""), 1: (9, "")}, False)]
    await app.commit_offsets({TP("t", 0): 6, TP("u", 1): 9}, {"t": "this"})
    assert committed[1:] == [({0: (6, "this"), 1: (9, "")}, False)]


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


async def test_cutting_off_ends_what_runs_in_the_consumer_s_thread(app):
    """`ServiceThread.thread_loop`."""
    loop = app.consumer._thread.thread_loop
    assert isinstance(loop, asyncio.AbstractEventLoop)
    app.consumer._thread.thread_loop = asyncio.get_running_loop()
    hanging = asyncio.create_task(asyncio.Event().wait())
    waiting = asyncio.gather(hanging, return_exceptions=True)
    here = asyncio.current_task()
    app.abort_consumer()
    try:
        await waiting
    except asyncio.CancelledError:  # all tasks of that loop, this one too
        here.uncancel()
    assert hanging.cancelled()


async def test_actors_are_started_again_however_often_it_takes():
    """`OneForOneSupervisor` takes its limit by these names; 100 in a second is Faust's own."""
    supervisor = AlwaysRestartSupervisor()
    assert supervisor.max_restarts == 1e9
    for _ in range(1000):
        async with supervisor._bucket:
            pass


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
        self._consumer = SimpleNamespace(_coordinator=SimpleNamespace(_send_req=send, group_id="redefluss-clean"))

    assert {"_send_req", "group_id"} <= names_in(GroupCoordinator._do_heartbeat)
    monkeypatch.setattr(AIOKafkaConsumerThread, "on_start", on_start)
    thread = app.consumer._thread
    await thread.on_start()
    for _ in range(2):
        await thread._consumer._coordinator._send_req(HeartbeatRequest("redefluss-clean", 1, "m"))
    (line,) = [record.getMessage() for record in caplog.records if record.name == "redefluss.faust_adapter"]
    assert line == "the log-in lacks READ on the group redefluss-clean: its stage stands still"


async def test_the_web_server_listens_with_limits(tmp_path):
    """`Web._transport_handlers`, `Web._runner`, and the site that is made by them."""
    web_app = faust.App("pages", store="memory://", datadir=tmp_path, web_bind="127.0.0.1", web_port=6066)
    connections = Connections(Proxies())
    adapter.limit_connections(web_app, connections)
    await web_app.web._runner.setup()
    site = web_app.web._create_site()
    await web_app.web._runner.cleanup()
    assert type(site) is LimitedSite
    assert site.name == "http://127.0.0.1:6066"
