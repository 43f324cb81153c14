"""What a producer that is told to let go does, and what it takes aiokafka to be."""

import asyncio
import inspect
from types import SimpleNamespace

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.producer.sender import Sender
from aiokafka.structs import TopicPartition

from agents.revocable_producer import RevocableProducer


@pytest.fixture
async def producer(monkeypatch):
    """One that believes to be connected, without a broker."""

    async def ready(self, node_id, *, group=None):
        await asyncio.sleep(0)
        return True

    monkeypatch.setattr(AIOKafkaClient, "ready", ready)
    made = RevocableProducer(bootstrap_servers="127.0.0.1:9", enable_idempotence=True)
    made._sender._sender_task = asyncio.create_task(asyncio.Event().wait())
    yield made
    made._closed = True


async def test_sends_that_wait_fail_and_no_request_leaves(producer):
    waiting = await producer._message_accumulator.add_message(TopicPartition("t", 0), b"k", b"v", 5)
    assert await producer.client.ready(1)
    asked = asyncio.create_task(producer.client.send(1, SimpleNamespace()))  # a request on its way to a connection
    revoking = asyncio.create_task(producer.revoke())
    with pytest.raises(NodeNotReadyError):
        await asked
    with pytest.raises(KafkaConnectionError):
        await waiting
    revoking.cancel()


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
    producer._sender._sender_task.cancel()
    await asyncio.gather(producer._sender._sender_task, return_exceptions=True)
    await producer.revoke()
    await asyncio.wait_for(ended.wait(), 5)
    assert len(received) < 50_000_000
    server.close()


def test_what_is_used_of_aiokafka_is_there():
    assert "_writer" in AIOKafkaConnection.__init__.__code__.co_names
    assert {"_conns", "ready"} <= {*AIOKafkaClient.__init__.__code__.co_names, *AIOKafkaClient.send.__code__.co_names}
    assert list(inspect.signature(MessageAccumulator.fail_all).parameters) == ["self", "exception"]
    assert inspect.iscoroutinefunction(Sender.close)
    assert "_sender_task" in Sender.close.__code__.co_names
