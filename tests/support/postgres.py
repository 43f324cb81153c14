"""A real PostgreSQL for tests and measurements: the newest that is installed, with data of its own."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.support.ports import free_port

PROGRAMS = Path("/usr/lib/postgresql")
COMMAND_SECONDS = 300
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories="
numbers = itertools.count()


class PostgresMissing(Exception):
    """It cannot be started: one line that says why."""


class PostgresServer:
    """A server on a free port of the loopback; its data goes with it.

    Args:
        fsync: whether a commit waits for the disk, as it does by default in PostgreSQL.

    Raises:
        PostgresMissing: it is not installed, or does not start.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        versions = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not versions:
            raise PostgresMissing(f"PostgreSQL is not installed: there is no {PROGRAMS}/*/bin/initdb")
        self._programs = versions[-1].parent
        self._fsync = "on" if fsync else "off"
        self._port = free_port()
        self._folder = Path()
        self._control: list[object] = []

    @property
    def address(self) -> str:
        """Of its first database."""
        return f"postgresql://redefluss@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """Of its first process, which all others descend from."""
        return int((self._folder / "data" / "postmaster.pid").read_text("ascii").split("\n", 1)[0])

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"d{next(numbers)}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{self.address.rpartition('/')[0]}/{name}"

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="redefluss-postgres-"))  # which another user can reach
        user = _as_postgres(self._folder)
        data = self._folder / "data"
        self._control = [*user, self._programs / "pg_ctl", "-D", data, "-w", "-l", self._folder / "log"]
        made = ("-U", "redefluss", "-A", "trust", "--no-sync", "-E", "UTF8")
        self._run([*user, self._programs / "initdb", "-D", data, *made])
        self._run([*self._control, "-o", f"-p {self._port} {OPTIONS} -c fsync={self._fsync}", "start"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run([*self._control, "-m", "immediate", "stop"])
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, command: Sequence[object]) -> None:
        done = subprocess.run(
            [str(word) for word in command], cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False, timeout=COMMAND_SECONDS,
        )  # fmt: skip
        if done.returncode:
            words = " ".join(str(word) for word in command)
            raise PostgresMissing(f"exit code {done.returncode} of {words}; see {self._folder}")


def _as_postgres(folder: Path) -> Sequence[str]:
    """What runs a command as the user `postgres`, where we are root, as whom the server does not run."""
    if os.getuid() != 0:
        return ()
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresMissing("there is no user postgres, as whom PostgreSQL could be run") from None
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ("runuser", "-u", "postgres", "--")
