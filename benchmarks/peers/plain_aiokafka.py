"""A consume-process-produce loop with a process pool, by hand: poll a batch, work on it, send, commit."""

import asyncio
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.peers.functions import CHAIN, Output, Statements, arguments, process, warm_up


async def connected(stage: str, source: str, broker: str, prefix: str) -> tuple[AIOKafkaConsumer, AIOKafkaProducer]:
    consumer = AIOKafkaConsumer(
        prefix + source,
        bootstrap_servers=broker,
        group_id=f"{prefix}plain-{stage}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", compression_type="lz4")
    await consumer.start()
    await producer.start()
    return consumer, producer


async def send(producer: AIOKafkaProducer, prefix: str, outputs: Iterable[Output]) -> None:
    sends = [
        await producer.send(prefix + output.topic, output.value, key=output.key, headers=output.headers)
        for output in outputs
    ]
    await asyncio.gather(*sends)


async def run_stage(stage: str, broker: str, prefix: str, pool: ProcessPoolExecutor) -> None:
    consumer, producer = await connected(stage, CHAIN[stage][0], broker, prefix)
    loop = asyncio.get_running_loop()
    while True:
        batch = await consumer.getmany(timeout_ms=200, max_records=16)
        messages = [message for partition in batch.values() for message in partition]
        outputs = await asyncio.gather(
            *(
                loop.run_in_executor(
                    pool, process, stage, message.key, message.value, message.headers, message.partition, message.offset
                )
                for message in messages
            )
        )
        await send(producer, prefix, (output for made in outputs for output in made))
        if messages:
            await consumer.commit()


async def run_statements(broker: str, prefix: str) -> None:
    statements = Statements()
    consumer, producer = await connected("statements", statements.source, broker, prefix)
    while True:
        batch = await consumer.getmany(timeout_ms=200, max_records=16)
        messages = [message for partition in batch.values() for message in partition]
        outputs = [
            statements(message.value, message.headers, message.partition, message.offset, message.timestamp)
            for message in messages
        ]
        await send(producer, prefix, (output for made in outputs for output in made))
        if messages:
            await consumer.commit()


async def main() -> None:
    broker, prefix = arguments()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=warm_up) as pool:
        stages = (run_stage(stage, broker, prefix, pool) for stage in CHAIN)
        await asyncio.gather(*stages, run_statements(broker, prefix))


if __name__ == "__main__":
    asyncio.run(main())
