"""Kafka clients for the commands: they come up at once, or say in one line that no broker answers."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from agents import cluster, kafka, topics
from agents.cli.console import note, quiet_clients
from agents.needed_permissions import on_topics, topics_of
from agents.outgoing import Outgoing
from agents.permissions import Need
from agents.revocable_producer import RevocableProducer
from agents.settings import Settings
from pipeline.stages import RAW_TOPIC

ANSWER_SECONDS = 5.0


async def reach_broker(settings: Settings, needs: Iterable[Need] = ()) -> None:
    """Return once the broker answers, if it allows what is needed.

    Raises:
        agents.cluster.BrokerUnavailable: it does not answer within `ANSWER_SECONDS`.
        agents.cluster.BrokerRefuses: it takes no connection with these settings.
        agents.permissions.MissingPermission: naming all that are missing.
        OSError: a file for TLS is missing or of no use.
    """
    quiet_clients()
    settings.ssl_context()
    await cluster.wait_for_broker(settings, timeout_seconds=ANSWER_SECONDS, report=note)
    if needs:
        await cluster.require(settings, needs)


@asynccontextmanager
async def connected_producer(settings: Settings) -> AsyncIterator[RevocableProducer]:
    """A started producer for `articles.raw`, which exists. At the end, what is unconfirmed is waited for briefly."""
    from agents.producer_connection import close_producer

    needs = on_topics(settings, "WRITE", RAW_TOPIC)
    await reach_broker(settings)
    await topics.ensure(settings, topics_of(settings, needs))
    await cluster.require(settings, needs)
    producer = kafka.producer(settings, embedded=await cluster.is_embedded(settings))
    try:
        await kafka.connect(producer)
        yield producer
    finally:
        await close_producer(producer)


async def send_within(seconds: float, producer: AIOKafkaProducer, message: Outgoing) -> None:
    """Return once the broker has confirmed the message. The client by itself would wait for ever, and log nothing.

    Raises:
        KafkaTimeoutError: it has not within `seconds`; the client may still send the message later.
        KafkaError: it refuses.
    """
    try:
        async with asyncio.timeout(seconds):
            await producer.send_and_wait(message.topic, message.value, key=message.key, partition=message.partition)
    except TimeoutError:
        raise KafkaTimeoutError(f"no answer for {seconds:.0f} s") from None


@asynccontextmanager
async def connected_consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A started consumer without a group; what it reads is assigned by hand."""
    await reach_broker(settings)
    async with kafka.connected(kafka.consumer(settings)) as consumer:
        yield consumer
