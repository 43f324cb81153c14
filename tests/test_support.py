"""What the tests themselves rest on."""

import socket
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from tests.support import kafka_broker
from tests.support.missing import missing


def test_what_cannot_be_started_fails_in_ci_and_is_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Java"):
        missing("no Java")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no Java"):
        missing("no Java")


def test_a_java_that_keeps_no_classes_starts_brokers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As small ones do that are made by jlink: they have no archive of their own classes, to which others are added."""
    (tmp_path / "kafka").mkdir()
    monkeypatch.setattr(kafka_broker, "_First", MagicMock())
    kafka_broker.archive_classes(tmp_path / "kafka" / "libs")
    assert kafka_broker.class_archive(tmp_path / "kafka" / "libs").read_bytes() == b"", "none is tried again each time"


def test_a_broker_does_not_take_another_program_at_its_port_for_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"^Kafka cannot listen on 127.0.0.1:{port}: Address already in use$"):
            kafka_broker.main(port)
