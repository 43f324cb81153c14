"""A stage's app: what it is made of, and what it does at assignments, at their end and at its own."""

import asyncio
import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.transport.drivers.aiokafka import server_list
from faust.types import TP
from mode.utils.queues import FlowControlEvent, ThrowableQueue

from agents import kafka, stage_apps
from agents.app import EMBEDDED_SESSION_SECONDS, StageApp, create_app, incoming
from agents.faust_adapter import AdaptedApp, AlwaysRestartSupervisor
from agents.incoming import Incoming
from agents.membership import Membership, OwnershipLost
from agents.offsets import Offsets
from agents.publisher import BeforeSend
from agents.settings import Settings
from pipeline.stages import STAGES, stage_named

SOURCE = f"p.{STAGES[0].source}"


def make(tmp_path, *, embedded: bool = False, **options: Any) -> StageApp:
    settings = Settings(data_dir=tmp_path, topic_prefix="p.", **options)
    return create_app(settings, STAGES[0], handle_nothing, embedded=embedded)


async def handle_nothing(message: Incoming, *, before_publish: BeforeSend) -> None:
    """Every message is at its end at once."""


class Recording(Offsets):
    """Offsets that record their calls."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(generation=1, owned=set, topic_ids={}), name="g", interval_seconds=5.0)
        self.calls: list[Any] = []

    async def wait_idle(self, seconds: float) -> bool:
        self.calls.append(seconds)
        return False

    async def commit(self) -> bool:
        self.calls.append("commit")
        return True

    def clear(self) -> None:
        self.calls.append("clear")

    async def commit_regularly(self) -> None:
        self.calls.append("regularly")


@pytest.mark.parametrize("given", [None, {}, [], {"a": b"1", "b": b"2"}, [("a", b"1"), ("b", b"2"), ("a", b"3")]])
def test_a_message_is_taken_as_it_stands_on_the_broker(given):
    message = SimpleNamespace(
        topic="t", partition=3, offset=17, timestamp=1700000000.1234, key=b"k", value=b"v", headers=given
    )
    taken = incoming(message)
    assert (taken.topic, taken.partition, taken.offset, taken.key, taken.value) == ("t", 3, 17, b"k", b"v")
    assert taken.timestamp_ms == 1700000000123
    assert list(taken.headers) == (list(given.items()) if isinstance(given, dict) else list(given or []))


async def test_a_message_of_a_format_without_time_stamps_is_handled_and_not_left_out(tmp_path):
    app, handled = make(tmp_path), []

    async def handle(*messages: Incoming, before_publish: BeforeSend) -> None:
        handled.extend(message.timestamp_ms for message in messages)

    app.handle = handle
    message = SimpleNamespace(
        topic=SOURCE, partition=0, offset=7, timestamp=None, key=b"k", value=b"v", headers=None, generation_id=0
    )
    message.tp = TP(SOURCE, 0)
    await app.process(SimpleNamespace(message=message))
    assert handled == [-1]


async def test_only_partitions_of_the_source_topic_count_as_assigned(tmp_path, monkeypatch):
    app = make(tmp_path)
    owned = {TP(SOURCE, 2), TP(SOURCE, 0), TP("another", 1)}
    assert app.assigned() == []
    monkeypatch.setattr(AdaptedApp, "owned", lambda self: owned)
    assert app.assigned() == [0, 2]
    app.on_assigned(owned)  # nobody keeps state by partition
    told: list[list[int]] = []
    app.assignment_listener = told.append
    app.on_assigned(owned)
    app.on_assigned(set())
    assert told == [[0, 2], []]


def test_who_asks_an_app_for_its_partitions_makes_no_consumer_for_a_thread_of_their_own(tmp_path):
    app = make(tmp_path)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(app.assigned).result() == []
    assert app._consumer is None


async def test_rebalances_and_failed_commits_are_told(tmp_path, monkeypatch):
    told: list[str] = []
    app = create_app(
        Settings(data_dir=tmp_path),
        STAGES[0],
        handle_nothing,
        embedded=False,
        on_rebalance=lambda: told.append("rebalance"),
        on_commit_failure=lambda: told.append("commit"),
    )
    app.on_assigned(set())
    app.on_assigned({TP(SOURCE, 0)})

    async def commit_offsets(self: AdaptedApp, offsets: Any, topic_ids: Any) -> None:
        raise OSError

    monkeypatch.setattr(AdaptedApp, "owned", lambda self: {TP(SOURCE, 0)})
    monkeypatch.setattr(AdaptedApp, "commit_offsets", commit_offsets)
    app.offsets.mark_finished(TP(SOURCE, 0), 7, generation=app.generation)
    await app.offsets.commit()
    assert told == ["rebalance", "rebalance", "commit"]


async def test_once_started_it_commits(tmp_path, monkeypatch):
    app, order = make(tmp_path), []
    app.offsets = Recording()

    async def on_started(self: faust.App) -> None:
        order.append("Faust")

    monkeypatch.setattr(faust.App, "on_started", on_started)
    futures: list[Any] = []
    monkeypatch.setattr(faust.App, "add_future", lambda self, future: futures.append(future))
    await app.on_started()
    (future,) = futures
    await future
    assert (order, app.offsets.calls) == (["Faust"], ["regularly"])


async def test_an_app_that_is_cut_off_commits_no_more(tmp_path, monkeypatch):
    """Its consumer may be gone: it would fail, and say so, every second for ever."""
    app, cut = make(tmp_path), []
    app.abort_consumer()  # before it was started
    app.committing = asyncio.ensure_future(app.offsets.commit_regularly())
    monkeypatch.setattr(AdaptedApp, "abort_consumer", lambda self: cut.append(True))
    app.abort_consumer()
    await asyncio.wait({app.committing}, timeout=1)
    assert app.committing.cancelled()
    assert cut == [True]


async def test_an_app_that_fails_to_stop_is_cut_off(tmp_path, monkeypatch):
    app, cut = make(tmp_path), []

    async def stop(self: AdaptedApp) -> None:
        raise RuntimeError("Event loop is closed")

    monkeypatch.setattr(AdaptedApp, "stop", stop)
    monkeypatch.setattr(StageApp, "abort_consumer", lambda self: cut.append(True))
    await stage_apps._stop(app)
    assert cut == [True]


async def test_an_app_that_takes_too_long_to_stop_is_cut_off(tmp_path, monkeypatch, caplog):
    """mode's `stop` takes a cancellation for the end of one of its parts, and ends as if nothing had been."""
    app, ended = make(tmp_path), []

    async def stop(self: AdaptedApp) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("stopped")

    monkeypatch.setattr(stage_apps, "STOP_APP_SECONDS", 0.05)
    monkeypatch.setattr(AdaptedApp, "stop", stop)
    monkeypatch.setattr(StageApp, "abort_consumer", lambda self: ended.append("cut"))
    await stage_apps._stop(app)
    assert sorted(ended) == ["cut", "stopped"]
    assert "did not leave its consumer group in time" in caplog.text


async def test_what_an_app_that_is_cut_off_raises_at_its_end_is_nobody_s_traceback(tmp_path, monkeypatch, caplog):
    """asyncio logs the error of a task that nobody has asked for it when the task is dropped."""

    async def stop(self: AdaptedApp) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError("cut")

    monkeypatch.setattr(stage_apps, "STOP_APP_SECONDS", 0.05)
    monkeypatch.setattr(AdaptedApp, "stop", stop)
    monkeypatch.setattr(StageApp, "abort_consumer", lambda self: None)
    await stage_apps._stop(make(tmp_path))
    await asyncio.sleep(0)
    gc.collect()
    assert [record.name for record in caplog.records if record.name == "asyncio"] == []


class Unanswered(Recording):
    """Offsets of which the broker says nothing, or of which another commit is under way that it does not answer."""

    def __init__(self, *, under_way: bool) -> None:
        super().__init__()
        self.under_way = under_way

    async def commit(self) -> bool:
        if self.under_way:
            await asyncio.Event().wait()
        return False


@pytest.mark.parametrize("under_way", [False, True])
async def test_a_broker_that_does_not_take_the_last_commit_is_not_waited_for_again(tmp_path, monkeypatch, under_way):
    app, ended = make(tmp_path), []
    app.offsets = Unanswered(under_way=under_way)

    async def stop(self: AdaptedApp) -> None:
        ended.append("stopped")

    async def stop_producer() -> None:
        ended.append("closed")

    monkeypatch.setattr(stage_apps, "COMMIT_SECONDS", 0.05)
    monkeypatch.setattr(AdaptedApp, "stop", stop)
    monkeypatch.setattr(StageApp, "abort_consumer", lambda self: ended.append("cut"))
    monkeypatch.setattr(app.producer, "stop", stop_producer)
    await stage_apps.leave(app)
    assert ended == ["cut", "closed"], "its producer, too, has a connection"
    app.offsets = Recording()
    await stage_apps.leave(app)
    assert ended[2:] == ["stopped"]


@pytest.mark.parametrize(("drain", "waits"), [(0.5, 0.5), (1000.0, 530.0)], ids=["short", "half the time there is"])
async def test_before_partitions_are_given_up_it_waits_commits_and_forgets(tmp_path, caplog, drain, waits):
    app = make(tmp_path, drain_seconds=drain)
    app.offsets = Recording()
    with caplog.at_level(logging.WARNING):
        await app.on_revoked()
    assert app.offsets.calls == [waits, "commit", "clear"]
    assert "will be processed again" in caplog.text


async def test_an_event_is_handled_by_the_agent_until_its_partition_is_given_up(tmp_path, monkeypatch):
    app = make(tmp_path)
    (agent,) = app.agents.values()
    assert (agent.isolated_partitions, agent.concurrency) == (True, 1)
    assert agent.supervisor_strategy is AlwaysRestartSupervisor
    handled: list[int] = []

    async def process(event: int) -> None:
        if event == 2:
            raise asyncio.CancelledError
        handled.append(event)

    async def events():
        for number in range(4):
            yield number

    monkeypatch.setattr(app, "process", process)
    stream = SimpleNamespace(noack=lambda: SimpleNamespace(events=events))  # without acks: they say nothing
    await agent.fun(stream)
    assert handled == [0, 1]


async def test_what_an_event_holds_is_checked_before_it_is_handled(tmp_path):
    app, seen = make(tmp_path), []

    async def check(message: Incoming) -> None:
        seen.append(("checked", message.offset))

    async def handle(message: Incoming, *, before_publish: BeforeSend) -> None:
        seen.append(("handled", message.offset))

    app.partitioner_check = SimpleNamespace(check=check)
    app.handle = handle
    message = SimpleNamespace(
        topic=SOURCE, partition=0, offset=7, timestamp=1.0, key=b"k", value=b"v", headers=None, generation_id=1
    )
    message.tp = TP(SOURCE, 0)
    await app.process(SimpleNamespace(message=message))
    assert seen == [("checked", 7), ("handled", 7)]


@pytest.mark.parametrize(("stage", "together"), [("clean", [[7], [8], [9]]), ("statements", [[7, 8, 9]])])
async def test_a_stage_that_remembers_gets_all_that_waits_and_the_others_one_at_a_time(tmp_path, stage, together):
    handled, group = [], SimpleNamespace(generation=1, owned=set, topic_ids={})

    async def handle(*messages: Incoming, before_publish: BeforeSend) -> None:
        handled.append([message.offset for message in messages])

    app = create_app(Settings(data_dir=tmp_path), stage_named(stage), handle, embedded=False)
    app.offsets = Offsets(group, name="g", interval_seconds=5.0)
    waiting = ThrowableQueue(maxsize=16, flow_control=FlowControlEvent())
    for offset in (7, 8, 9):
        message = SimpleNamespace(
            topic="t", partition=0, offset=offset, timestamp=1.0, key=b"k", value=b"v", headers=None, generation_id=1
        )
        message.tp = TP("t", 0)
        waiting.force_put_nowait(SimpleNamespace(message=message))

    async def events():
        while not waiting.empty():
            yield waiting.get_nowait()

    (agent,) = app.agents.values()
    unacked = SimpleNamespace(events=events, channel=SimpleNamespace(queue=waiting))
    await agent.fun(SimpleNamespace(noack=lambda: unacked))
    assert handled == together
    assert app.offsets._finished == {TP("t", 0): 10}


async def test_none_of_many_messages_is_marked_finished_when_they_are_another_workers_by_now(tmp_path):
    async def handle(*messages: Incoming, before_publish: BeforeSend) -> None:
        raise OwnershipLost

    app = create_app(Settings(data_dir=tmp_path), stage_named("statements"), handle, embedded=False)
    message = SimpleNamespace(
        topic="t", partition=0, offset=7, timestamp=1.0, key=b"k", value=b"v", headers=None, generation_id=0
    )
    message.tp = TP("t", 0)
    await app.process(SimpleNamespace(message=message), SimpleNamespace(message=message))
    assert app.offsets._finished == {}
    assert await app.offsets.wait_idle(0)


async def test_where_messages_come_to_no_end_nothing_is_marked_and_the_worker_reconnects(tmp_path):
    """Faust would start the actor again behind them, and the next message would be committed past them."""

    async def handle(*messages: Incoming, before_publish: BeforeSend) -> None:
        raise RuntimeError("a bug")

    app = create_app(Settings(data_dir=tmp_path), STAGES[0], handle, embedded=False)
    message = SimpleNamespace(
        topic="t", partition=0, offset=7, timestamp=1.0, key=b"k", value=b"v", headers=None, generation_id=0
    )
    message.tp = TP("t", 0)
    actor = asyncio.create_task(app.process(SimpleNamespace(message=message)))
    assert not (await asyncio.wait({actor}, timeout=0.1))[0], "it takes no other message until it is cancelled"
    assert app.failed, "by which the worker knows"
    assert app.offsets._finished == {}
    assert await app.offsets.wait_idle(0)
    actor.cancel()


async def test_who_has_drained_already_is_not_waited_for_again(tmp_path):
    app = make(tmp_path)
    app.offsets, app.draining = Recording(), True
    await app.on_revoked()
    assert app.offsets.calls == [0.0, "commit", "clear"]


async def test_an_app_is_a_member_and_reads_within_bounds(tmp_path, monkeypatch):
    bounded: list[Settings] = []
    monkeypatch.setattr(kafka, "adapt_consumers", bounded.append)
    app = make(tmp_path / "new", session_timeout_seconds=20)
    assert isinstance(app.membership, Membership)
    assert bounded == [app.stream_settings]
    assert (tmp_path / "new" / "faust").is_dir()


async def test_settings_reach_faust(tmp_path):
    app = make(tmp_path, session_timeout_seconds=20, publish_timeout_seconds=7, buffer_messages=5, partitions=3)
    conf = app.conf
    assert conf.broker_session_timeout == 20
    assert conf.broker_heartbeat_interval == 3.0
    assert (conf.broker_request_timeout, conf.broker_rebalance_timeout) == (40.0, 90.0)
    assert (conf.stream_buffer_maxsize, conf.broker_max_poll_records) == (5, 5)
    assert conf.producer_request_timeout == 7
    assert (conf.topic_partitions, conf.topic_allow_declare, conf.topic_disable_leader) == (3, False, True)
    assert (conf.web_enabled, conf.debug, conf.autodiscover) == (False, False, False)
    assert str(conf.datadir).startswith(str(tmp_path / "faust"))
    assert conf.consumer_auto_offset_reset == "earliest"
    assert conf.broker_credentials is None
    assert conf.consumer_metadata_max_age_ms == 10_000
    make(tmp_path)  # into a folder that is there already
    long = make(tmp_path, session_timeout_seconds=60).conf
    assert (long.broker_request_timeout, long.broker_session_timeout) == (70, 60)


async def test_a_partition_that_a_worker_gets_hours_after_its_start_is_no_error(tmp_path, caplog):
    """Faust looks whether it fetches, and takes the worker's start for the time since which it should have."""
    app = make(tmp_path)
    thread = app.consumer._thread
    state = SimpleNamespace(active=True, state_value=lambda _: SimpleNamespace(timestamp=None))
    subscriptions = SimpleNamespace(subscription=SimpleNamespace(assignment=state))
    thread._consumer = SimpleNamespace(_fetcher=SimpleNamespace(_subscriptions=subscriptions))
    thread.time_started = 0.0
    thread.verify_event_path(3 * 3600.0, TP(SOURCE, 0))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_addresses_of_ipv6_reach_faust(tmp_path):
    app = make(tmp_path, broker="kafka://[::1]:9093")
    assert server_list(app.transport.url, 9092) == ["[::1]:9093"]


async def test_the_embedded_broker_is_joined_sooner(tmp_path):
    conf = make(tmp_path, embedded=True, session_timeout_seconds=20).conf
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (EMBEDDED_SESSION_SECONDS, 1.0)
    assert make(tmp_path, embedded=True, session_timeout_seconds=2).conf.broker_session_timeout == 2


async def test_credentials_reach_faust(tmp_path):
    plain = {"sasl_mechanism": "PLAIN", "sasl_username": "u", "sasl_password": "secret"}
    credentials = make(tmp_path, **plain).conf.broker_credentials
    assert isinstance(credentials, faust.SASLCredentials)
    assert (credentials.username, credentials.password, credentials.mechanism.value) == ("u", "secret", "PLAIN")
    assert credentials.ssl_context is None
    tokens = {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_file": tmp_path / "token"}
    credentials = make(tmp_path, **tokens).conf.broker_credentials
    assert isinstance(credentials, faust.OAuthCredentials)
    assert credentials.oauth_cb is not None
    encrypted = make(tmp_path, tls=True).conf.broker_credentials
    assert isinstance(encrypted, faust.SSLCredentials)
    assert encrypted.context is not None
