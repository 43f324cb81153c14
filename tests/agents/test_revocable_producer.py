"""What a producer that is told to let go does, and what it takes aiokafka to be."""

import asyncio
import gc
import inspect
import logging
from types import SimpleNamespace

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError, LeaderNotAvailableError, NodeNotReadyError
from aiokafka.producer.message_accumulator import MessageAccumulator, MessageBatch
from aiokafka.producer.sender import Sender
from aiokafka.structs import TopicPartition

from agents.revocable_producer import RevocableProducer
from tests.support.members import names_in


@pytest.fixture
async def producer(monkeypatch):
    """One that believes to be connected, without a broker."""

    async def ready(self, node_id, *, group=None):
        await asyncio.sleep(0)
        return True

    monkeypatch.setattr(AIOKafkaClient, "ready", ready)
    made = RevocableProducer(bootstrap_servers="127.0.0.1:9", enable_idempotence=True)
    made._txn_manager.set_pid_and_epoch(1, 0)
    made._sender._sender_task = asyncio.create_task(asyncio.Event().wait())
    yield made
    made._closed = True


async def test_sends_that_wait_fail_and_no_request_leaves(producer):
    waiting = await producer._message_accumulator.add_message(TopicPartition("t", 0), b"k", b"v", 5)
    assert await producer.client.ready(1)
    asked = asyncio.create_task(producer.client.send(1, SimpleNamespace()))  # a request on its way to a connection
    producer.revoke()
    with pytest.raises(NodeNotReadyError):
        await asked
    with pytest.raises(KafkaConnectionError):
        await waiting
    await producer.wait_closed()


async def test_batches_that_were_tried_before_fail_without_a_word(producer, caplog):
    """aiokafka looks for such a batch where it no longer is, and its sender dies of that with a traceback."""
    held = producer._message_accumulator
    waiting = await held.add_message(TopicPartition("t", 0), b"k", b"v", 5)
    batch = held._pop_batch(TopicPartition("t", 0))
    held.reenqueue(batch)
    under_way = await held.add_message(TopicPartition("t", 1), b"k", b"v", 5)
    other = held._pop_batch(TopicPartition("t", 1))
    producer.revoke()
    held.reenqueue(other)  # its request has failed meanwhile
    for send in (waiting, under_way):
        with pytest.raises(KafkaConnectionError):
            await send
    await producer.wait_closed()
    del waiting, batch, under_way, other, send
    gc.collect()  # what nobody has asked for is complained of now
    await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_partition_that_is_not_known_yet_is_asked_for(producer, monkeypatch):
    """aiokafka fails with an `AssertionError`: what a stage was to publish there became a dead letter."""
    known, there = {0}, {0}

    async def metadata(topic: str) -> set[int]:
        return set(known)

    async def update() -> None:
        known.update(there)

    monkeypatch.setattr(producer.client, "_wait_on_metadata", metadata)
    monkeypatch.setattr(producer.client, "force_metadata_update", update)
    monkeypatch.setattr(producer._metadata, "partitions_for_topic", lambda topic: set(known))
    with pytest.raises(LeaderNotAvailableError) as raised:
        await producer.send_and_wait("t", b"v", b"k", partition=2)
    assert raised.value.retriable
    there.add(2)
    sent = await producer.send("t", b"v", b"k", partition=2)
    producer.revoke()
    with pytest.raises(KafkaConnectionError):
        await sent
    await producer.wait_closed()


async def test_sends_after_that_and_those_that_wait_for_metadata_fail_in_the_same_way(producer, monkeypatch):
    asked = asyncio.Event()

    async def metadata(topic: str) -> None:
        asked.set()
        await asyncio.sleep(0.05)
        raise KeyError

    monkeypatch.setattr(producer.client, "_wait_on_metadata", metadata)
    sending = asyncio.create_task(producer.send("t", b"v", b"k"))
    await asked.wait()
    producer.revoke()
    for send in (sending, producer.send("t", b"v", b"k")):
        with pytest.raises(KafkaConnectionError):
            await send


@pytest.mark.parametrize("end", ["stop", "revoke"])
async def test_nobody_waits_for_ever_for_the_metadata_of_a_topic_that_is_gone(producer, monkeypatch, end):
    """aiokafka fetches none once it is closed, and leaves those who wait for it alone."""
    monkeypatch.setattr(producer.client, "_metadata_update", lambda *_: asyncio.sleep(0, False))
    producer._sender._sender_task.cancel()
    producer._sender._sender_task = None
    producer.client._sync_task = asyncio.create_task(producer.client._md_synchronizer())
    waiting = [
        asyncio.create_task(producer.send("gone", b"v", b"k")),
        asyncio.create_task(producer.partitions_for("gone")),
    ]
    await asyncio.sleep(0.05)
    if end == "stop":
        await producer.stop()
    else:
        producer.revoke()
        await producer.wait_closed()
    for wait in (*waiting, producer.send("gone", b"v", b"k"), producer.partitions_for("gone")):
        with pytest.raises(KafkaConnectionError):
            await asyncio.wait_for(wait, 5)


async def test_a_sender_that_stumbles_and_a_connection_that_is_closed_are_no_harm(producer):
    _, writer = await asyncio.open_connection(*(await listening()))
    writer.transport.abort()
    await asyncio.sleep(0.05)
    producer.client._conns[(1, 0)] = SimpleNamespace(_writer=writer, close=lambda reason: asyncio.sleep(0))
    producer.client._conns[(2, 0)] = SimpleNamespace(_writer=None, close=lambda reason: asyncio.sleep(0))

    async def stumble() -> None:
        raise KeyError

    producer._sender.close = stumble
    producer.revoke()
    await producer.wait_closed()
    with pytest.raises(KafkaConnectionError):
        await producer._message_accumulator.add_message(TopicPartition("t", 0), b"k", b"v", 5)


async def listening() -> tuple[str, int]:
    """The address of a server that does nothing."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    return host, port


async def test_connections_are_reset_with_what_they_hold(producer):
    received = bytearray()
    ended = asyncio.Event()

    async def slow(reader, writer):
        await asyncio.sleep(0.3)  # until the connection was reset
        try:
            received.extend(await reader.read())
        except ConnectionResetError:
            ended.set()
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0, limit=1024)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(bytes(50_000_000))
    producer.client._conns[(1, 0)] = SimpleNamespace(_writer=writer, close=lambda reason: asyncio.sleep(0))
    producer.revoke()
    await asyncio.wait_for(ended.wait(), 20)
    assert len(received) < 50_000_000
    server.close()


def test_what_is_used_of_aiokafka_is_there():
    assert "_writer" in names_in(AIOKafkaConnection.__init__)
    assert "_md_update_fut" in names_in(AIOKafkaClient.force_metadata_update)
    assert "force_metadata_update" in names_in(AIOKafkaClient._wait_on_metadata)
    assert {"_conns", "ready"} <= names_in(AIOKafkaClient.__init__) | names_in(AIOKafkaClient.send)
    assert {"_batches", "_pending_batches"} <= names_in(MessageAccumulator.__init__)
    assert "_drain_waiter" in names_in(MessageBatch.__init__)
    assert list(inspect.signature(MessageAccumulator.reenqueue).parameters) == ["self", "batch"]
    assert list(inspect.signature(MessageAccumulator.fail_all).parameters) == ["self", "exception"]
    assert inspect.iscoroutinefunction(Sender.close)
    assert "_sender_task" in names_in(Sender.close)
