"""Quix Streams: one streaming data frame a stage."""

from typing import Any

from quixstreams import Application, message_context
from quixstreams.models import Serializer, Topic

from benchmarks.peers.functions import CHAIN, Output, arguments, process, warm_up


class ValueOfOutput(Serializer):
    """An output's own bytes."""

    def __call__(self, value: Output, ctx: Any) -> bytes | None:
        return value.value


def define(application: Application, stage: str, topics: dict[str, Topic]) -> None:
    def work(value: bytes, key: bytes | None, timestamp: int, headers: Any) -> list[Output]:
        read = message_context()
        return process(stage, key, value, headers or [], read.partition, read.offset)

    outputs = application.dataframe(topics[CHAIN[stage][0]]).apply(work, expand=True, metadata=True)
    for name in {CHAIN[stage][1], "quotes"}:
        mine = outputs.filter(lambda output, name=name: output.topic == name)
        mine = mine.set_headers(lambda output, *_: output.headers)
        mine.to_topic(topics[name], key=lambda output: output.key)


def main() -> None:
    broker, prefix = arguments()
    warm_up()
    application = Application(broker_address=broker, consumer_group=f"{prefix}quix", auto_offset_reset="earliest")
    as_bytes = {"key_deserializer": "bytes", "value_deserializer": "bytes", "key_serializer": "bytes"}
    topics = {
        name: application.topic(prefix + name, **as_bytes, value_serializer=ValueOfOutput())
        for name in {"quotes"} | {name for pair in CHAIN.values() for name in pair}
    }
    for stage in CHAIN:
        define(application, stage, topics)
    application.run()


if __name__ == "__main__":
    main()
