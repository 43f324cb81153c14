"""A real Kafka Connect for tests, with the files of deploy/connect."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from agents.processes import die_with_parent
from tests.support.kafka_jars import CONNECT, connect_folder, java_command
from tests.support.ports import free_port

HEAP = "384m"


class KafkaConnect:
    """A standalone worker, as docs/sinks.md starts it.

    Args:
        broker: as in the setting `broker`.
        database: the address of a PostgreSQL database.
        connectors: names of connectors' files, without `.properties`.
        log: the file for what it says.
    """

    def __init__(self, broker: str, database: str, connectors: tuple[str, ...], log: Path) -> None:
        postgres = urlsplit(database)
        self._port = free_port()
        self._files = [str(CONNECT / f"{name}.properties") for name in ("worker", *connectors)]
        self._log = log
        self._environment = {
            "CONNECT_BROKER": urlsplit(broker).netloc,
            "CONNECT_POSTGRES": f"{postgres.hostname}:{postgres.port}{postgres.path}",
            "CONNECT_POSTGRES_USER": postgres.username or "",
            "CONNECT_POSTGRES_PASSWORD": postgres.password or "",
            "CONNECT_REST_PORT": str(self._port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start it; it ends with the thread that calls this."""
        folder = connect_folder()
        command = java_command(folder / "target" / "libs", HEAP)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "-Dlog4j2.level=info", "org.apache.kafka.connect.cli.ConnectStandalone", *self._files],
                cwd=folder,
                env=dict(os.environ) | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509
            )

    def task_states(self) -> dict[str, str]:
        """By connector, the state of its task: RUNNING, FAILED and the like; empty while nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self._port}/connectors?expand=status", timeout=10) as answer:
                connectors = json.load(answer)
        except OSError:
            return {}
        return {name: task["state"] for name, expanded in connectors.items() for task in expanded["status"]["tasks"]}

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
