"""Faust as its documentation shows it: agents that do their work in place and send to the next topic."""

import sys
from typing import Any

import faust

from benchmarks.peers.functions import CHAIN, arguments, process, warm_up

broker, prefix = arguments()
app = faust.App(
    f"{prefix}faust-documented",
    broker=f"kafka://{broker}",
    topic_partitions=8,
    value_serializer="raw",
    key_serializer="raw",
    web_enabled=False,
)
topics = {name: app.topic(prefix + name, value_type=bytes) for pair in CHAIN.values() for name in pair}
topics["quotes"] = app.topic(f"{prefix}quotes", value_type=bytes)


def define(stage: str) -> None:
    @app.agent(topics[CHAIN[stage][0]], name=f"{prefix}{stage}")
    async def agent(stream: faust.StreamT[Any]) -> None:
        async for event in stream.events():
            message = event.message
            outputs = process(stage, event.key, event.value, message.headers, message.partition, message.offset)
            for output in outputs:
                await topics[output.topic].send(key=output.key, value=output.value, headers=output.headers)


for name in CHAIN:
    define(name)

if __name__ == "__main__":
    warm_up()
    sys.argv = [sys.argv[0], "worker", "--loglevel", "warn", "--without-web"]
    app.main()
