"""What the app does, and what it takes Faust, mode and aiokafka to be: a test for each member that is private."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import UnknownTopicOrPartitionError
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers.aiokafka import ConsumerRebalanceListener
from faust.types import TP
from mode.threads import QueueServiceThread
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from agents import kafka, topic_identity
from agents.app import StageApp, create_app
from agents.faust_adapter import (
    AdaptedApp,
    AlwaysRestartSupervisor,
    limit_connections,
    waiting_events,
)
from agents.faust_consumer import ClientThread, LowLatencyConsumer
from agents.incoming import Incoming
from agents.publisher import BeforeSend
from agents.settings import Settings
from agents.web.connections import Connections, LimitedSite, Proxies
from pipeline.stages import STAGES
from tests.support.members import names_in, parameters

HERE, GONE = TP("t", 0), TP("t", 1)


@pytest.fixture
async def app(tmp_path) -> StageApp:
    async def handle(message: Incoming, *, before_publish: BeforeSend) -> None:
        """Every message is at its end at once."""

    return create_app(Settings(data_dir=tmp_path), STAGES[0], handle, embedded=False)


async def test_an_app_s_consumer_thread_and_client_are_the_adapted_ones(app):
    """`App._new_transport`, `Transport.Consumer`, `Consumer._new_consumer_thread`, `Consumer._thread`."""
    assert type(app.consumer) is LowLatencyConsumer
    thread = app.consumer._thread
    assert type(thread) is ClientThread
    # `_create_consumer` is where Faust asks for the client: without it, what is overridden would have no effect.
    client = thread._create_consumer(loop=asyncio.get_running_loop())
    assert isinstance(client, AIOKafkaConsumer)
    assert (client._consumer_timeout, client._isolation_level) == (kafka.IDLE_LOOK_SECONDS, kafka.ISOLATION_LEVEL)


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


@pytest.mark.parametrize(
    ("known", "present", "commits"),
    [("one", "one", True), ("one", "other", False), ("one", None, False), ("", "other", True)],
    ids=["the same", "another", "gone", "not known which"],
)
async def test_on_a_broker_that_does_not_keep_it_a_commit_of_a_former_topic_is_not_made(
    app, monkeypatch, known, present, commits
):
    """As where the embedded broker was started anew: what the new topic has before that place would never be read."""

    async def call_thread(function: Callable[[], Any]) -> Any:
        return await function()

    async def ids_of(client: Any, topics: Any) -> dict[str, str]:
        return {} if present is None else dict.fromkeys(topics, present)

    committed: list[Any] = []

    async def commit(offsets: Any) -> None:
        committed.append(offsets)

    monkeypatch.setattr(topic_identity, "ids_of", ids_of)
    app.commits_name_topics = False
    thread = app.consumer._thread
    thread._consumer = SimpleNamespace(commit=commit, _client=None)
    thread.call_thread = call_thread
    if commits:
        await app.commit_offsets({TP("t", 0): 5}, {"t": known})
    else:
        with pytest.raises(UnknownTopicOrPartitionError):
            await app.commit_offsets({TP("t", 0): 5}, {"t": known})
    assert bool(committed) is commits


def test_a_consumer_s_thread_that_is_cut_off_ends_without_a_traceback(app, monkeypatch):
    """`ServiceThread._start_thread` is what it runs, and `_serve` what is cancelled."""

    async def cut_off(self: ClientThread) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(ClientThread, "_serve", cut_off)
    thread = app.consumer._thread
    running = threading.Thread(target=thread._start_thread)
    printed: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)
    running.start()
    running.join(5)
    assert printed == []


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


async def test_the_web_server_listens_with_limits(tmp_path):
    """`Web._transport_handlers`, `Web._runner`, and the site that is made by them."""
    web_app = faust.App("pages", store="memory://", datadir=tmp_path, web_bind="127.0.0.1", web_port=6066)
    connections = Connections(Proxies())
    limit_connections(web_app, connections)
    await web_app.web._runner.setup()
    site = web_app.web._create_site()
    await web_app.web._runner.cleanup()
    assert type(site) is LimitedSite
    assert site.name == "http://127.0.0.1:6066"
