"""A consume-process-produce loop with a process pool, by hand: poll a batch, work on it, send, commit."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.peers.functions import CHAIN, arguments, process, warm_up


async def run_stage(stage: str, broker: str, prefix: str, pool: ProcessPoolExecutor) -> None:
    consumer = AIOKafkaConsumer(
        prefix + CHAIN[stage][0],
        bootstrap_servers=broker,
        group_id=f"{prefix}plain-{stage}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", compression_type="lz4")
    await consumer.start()
    await producer.start()
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
        sends = [
            await producer.send(prefix + output.topic, output.value, key=output.key, headers=output.headers)
            for made in outputs
            for output in made
        ]
        await asyncio.gather(*sends)
        if messages:
            await consumer.commit()


async def main() -> None:
    broker, prefix = arguments()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=warm_up) as pool:
        await asyncio.gather(*(run_stage(stage, broker, prefix, pool) for stage in CHAIN))


if __name__ == "__main__":
    asyncio.run(main())
