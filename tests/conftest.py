"""What several folders of tests share."""

from collections.abc import Iterator

import pytest

from tests.support.kafka_broker import KafkaMissing
from tests.support.kafka_cluster import KafkaCluster
from tests.support.missing import missing


@pytest.fixture(scope="session")
def kafka_cluster() -> Iterator[KafkaCluster]:
    """Three nodes of Apache Kafka, started by the first test that asks for them."""
    try:
        with KafkaCluster() as cluster:
            yield cluster
    except KafkaMissing as error:
        missing(error)
