"""`benchmarks.peers.quotation_marks` over Kafka, by hand: poll a batch, find, send, commit. One process a core.

python -m benchmarks.peers.quotation_loop BROKER PREFIX FINDER
"""

import asyncio
import sys

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.environments import Unusable
from benchmarks.peers.quotation_marks import Finder, opened, record
from pipeline.stages import FINISHED_TOPIC, RAW_TOPIC


async def loop(broker: str, prefix: str, finder: Finder) -> None:
    consumer = AIOKafkaConsumer(
        prefix + RAW_TOPIC,
        bootstrap_servers=broker,
        group_id=f"{prefix}quotation-marks",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", compression_type="lz4")
    await consumer.start()
    await producer.start()
    while True:
        batch = await consumer.getmany(timeout_ms=200, max_records=16)
        sends = []
        for message in (message for partition in batch.values() for message in partition):
            article = orjson.loads(message.value)
            found = await asyncio.to_thread(lambda text: record(text, finder(text)), article["text"])
            value = orjson.dumps({**article, **found})
            sends.append(await producer.send(prefix + FINISHED_TOPIC, value, key=message.key))
        await asyncio.gather(*sends)
        if sends:
            await consumer.commit()


if __name__ == "__main__":
    try:
        with opened(sys.argv[3]) as chosen:
            asyncio.run(loop(sys.argv[1], sys.argv[2], chosen))
    except Unusable as error:
        sys.exit(str(error))
