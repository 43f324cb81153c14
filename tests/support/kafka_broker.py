"""A real Apache Kafka for tests and measurements: one node in KRaft mode, from Maven Central, no Docker.

`python -m tests.support.kafka_broker [PORT]` runs one in the foreground.
"""

import base64
import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from agents import listening
from agents.processes import die_with_parent
from tests.support.kafka_jars import KafkaMissing, broker_jars, class_archive, java_command, locked
from tests.support.ports import free_port
from tests.support.proxy import Proxy

START_SECONDS = 180
STOP_SECONDS = 20

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},BEHIND://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},BEHIND://127.0.0.1:{front}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,BEHIND:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
num.partitions=1
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
message.max.bytes=34000000
replica.fetch.max.bytes=34000000
log.cleaner.dedupe.buffer.size=2000000
"""


class KafkaBroker:
    """One Kafka node with the interface of `agents.broker.EmbeddedBroker`; it can be killed and started again.

    Args:
        port: where to listen; 0 for any free port.
        folder: where its files lie; a temporary one if None.
        data: where its topics lie, if not in `folder`.
    """

    heap = "512m"
    """Of Java, as `-Xmx` has it."""

    def __init__(self, port: int = 0, folder: Path | None = None, data: Path | None = None) -> None:
        self.host = "127.0.0.1"
        self.port = port or free_port()
        self._behind, self._front, self._controller = free_port(), free_port(), free_port()
        self._own_folder = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="redefluss-kafka-"))
        self._data = data or self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """As in the setting `broker`."""
        return f"kafka://{self.host}:{self.port}"

    @property
    def proxied_address(self) -> str:
        """The way through `proxy`; nobody answers there without one."""
        return f"kafka://{self.host}:{self._front}"

    def proxy(self) -> Proxy:
        """A network before the broker that can be cut."""
        return Proxy(self._front, self._behind)

    @property
    def pid(self) -> int:
        """Its process; only while there is one."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """`launch`, and wait until it takes connections."""
        self.launch()
        self.until_ready()
        return self

    def launch(self) -> None:
        """Format the storage if it is not, and start; it ends with the thread that calls this."""
        try:
            listening.free_port(self.host, self.port)
        except OSError as error:  # whoever has the port would be taken for the broker
            raise KafkaMissing(f"Kafka cannot listen on {self.host}:{self.port}: {error.strerror}") from None
        if not self._configuration.exists():
            self.prepare()
        with (self.folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command(), "kafka.Kafka", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )

    def prepare(self) -> None:
        """Format the storage."""
        self._configuration.write_text(self._properties(), encoding="utf-8")
        self._java("kafka.tools.StorageTool", "format", *self._format_options(), "-c", str(self._configuration))

    def until_ready(self) -> None:
        """Wait until it takes connections."""
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise KafkaMissing(f"Kafka ended with exit code {self._process.returncode}; see {self.folder}")
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return
            time.sleep(0.1)
        raise KafkaMissing(f"Kafka did not answer within {START_SECONDS} s; see {self.folder}")

    def kill(self) -> None:
        """SIGKILL; the data stays, `start` goes on with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Stop it in its tracks, as a cut network would: connections stay open and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def shut_down(self) -> None:
        """SIGTERM, as in a rolling restart: leadership is handed over; the data stays."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End it and remove its data."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, seconds: float | None = None) -> int:
        """Wait until it ends; its exit code."""
        return 0 if self._process is None else self._process.wait(seconds)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _configuration(self) -> Path:
        return self.folder / "server.properties"

    def _properties(self) -> str:
        """The broker's configuration."""
        return PROPERTIES.format(
            port=self.port,
            behind=self._behind,
            front=self._front,
            controller=self._controller,
            data=self._data,
        )

    def _format_options(self) -> list[str]:
        """How its storage is formatted."""
        return ["--standalone", f"--cluster-id={new_cluster_id()}"]

    def _command(self) -> list[str]:
        jars = broker_jars()
        if not class_archive(jars).exists():
            archive_classes(jars)
        return java_command(jars, self.heap)

    def _java(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run([*self._command(), *arguments], check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise KafkaMissing(f"{arguments[0]} failed: {(error.stderr or error.stdout).strip()[:300]}") from None


class _First(KafkaBroker):
    """A broker whose classes are kept as Java has them in memory when it ends."""

    def __init__(self, jars: Path, archive: Path) -> None:
        super().__init__()
        self._java_options = (*java_command(jars, self.heap), f"-XX:ArchiveClassesAtExit={archive}")

    def _command(self) -> list[str]:
        return [*self._java_options]


def archive_classes(jars: Path) -> None:
    """Let a broker start and end, so that all others on this machine start in half of the time."""
    archive = class_archive(jars)
    part = archive.with_suffix(".part")
    with locked(jars.parent):
        if not archive.exists():
            part.touch()  # a Java that has no archive of its own classes makes none of others, and takes an empty one
            with _First(jars, part) as broker:
                broker.shut_down()
            part.rename(archive)


def new_cluster_id() -> str:
    """The identity of a new cluster; it may begin with a dash."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def main(port: int) -> None:
    """Run one until it ends, or Ctrl-C."""
    broker = KafkaBroker(port)
    try:
        broker.start()
        sys.stdout.write(f"{broker.address}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            broker.wait()
    except KafkaMissing as error:
        sys.exit(str(error))
    finally:
        broker.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 9092)
