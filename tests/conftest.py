"""What several folders of tests share."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.kafka_broker import KafkaMissing
from tests.support.kafka_cluster import KafkaCluster
from tests.support.missing import missing
from tests.support.postgres import PostgresMissing, PostgresServer

# A machine that others use is slow at times. All else is as where `CI` is set, or else as where it is not.
settings.register_profile("redefluss", settings.default, deadline=None)
settings.load_profile("redefluss")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what takes long for the long form."""
    if not os.environ.get("REDEFLUSS_LONG"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="part of the long form: make soak"))


@pytest.fixture(autouse=True)
def levels_of_logs() -> Iterator[None]:
    """The commands keep the logs of aiokafka and asyncio off the terminal; the tests behind them read those logs."""
    before = {name: logging.getLogger(name).level for name in ("aiokafka", "asyncio", "redefluss")}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="module")
def kafka_cluster() -> Iterator[KafkaCluster]:
    """Three nodes of Apache Kafka, started by the first test of a file that asks for them.

    They take half of a core while nothing is done, and end with the file, so that the tests behind it have both cores.
    """
    try:
        with KafkaCluster() as cluster:
            yield cluster
    except KafkaMissing as error:
        missing(error)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server of its own."""
    try:
        with PostgresServer() as server:
            yield server
    except PostgresMissing as error:
        missing(error)


@pytest.fixture
def database(postgres_server: PostgresServer) -> str:
    """An empty database."""
    return postgres_server.database()
