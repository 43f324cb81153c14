"""Bytewax: one dataflow of three branches, a Kafka source and sink each."""

import os

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow

from benchmarks.peers.functions import CHAIN, Output, process, warm_up

BROKER = os.environ["BENCHMARK_BROKER"]
PREFIX = os.environ["BENCHMARK_PREFIX"]

warm_up()
flow = Dataflow("redefluss")


def define(stage: str) -> None:
    source, target = CHAIN[stage]

    def work(message: KafkaSourceMessage) -> list[Output]:
        assert message.partition is not None
        assert message.offset is not None
        return process(stage, message.key, message.value, message.headers, message.partition, message.offset)

    messages = op.input(f"{stage}-in", flow, KafkaSource([BROKER], [PREFIX + source], batch_size=16))
    outputs = op.flat_map(f"{stage}-work", messages, work)
    for topic in (target, "quotes"):
        name = f"{stage}-{topic.replace('.', '-')}"
        mine = op.filter(name, outputs, lambda output, topic=topic: output.topic == topic)
        sendable = op.map(
            f"{name}-message", mine, lambda output: KafkaSinkMessage(output.key, output.value, headers=output.headers)
        )
        op.output(f"{name}-out", sendable, KafkaSink([BROKER], PREFIX + topic))


for name in CHAIN:
    define(name)
