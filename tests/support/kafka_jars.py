"""Apache Kafka and Kafka Connect from Maven Central.

They are fetched once: Kafka into a cache folder (`~/.cache/redefluss/kafka`, or `REDEFLUSS_KAFKA_CACHE`), Connect into
a folder beside it.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BROKER_POM = Path(__file__).with_name("kafka_pom.xml")
CONNECT = Path(__file__).parents[2] / "deploy" / "connect"
FETCH_SECONDS = 600


class KafkaMissing(Exception):
    """What is needed is not there (Java, Maven, or the way to its repository): one line."""


def broker_jars() -> Path:
    """The folder with Kafka's jars, fetched if they are not there.

    Raises:
        KafkaMissing: they are not, and cannot be fetched.
    """
    folder = _cache_folder()
    libraries = folder / "libs"
    _fetch(BROKER_POM, folder, "dependency:copy-dependencies", f"-DoutputDirectory={libraries}")
    return libraries


def connect_folder() -> Path:
    """A folder in whose `target/` there are Kafka Connect and its connector, as after `mvn package` in deploy/connect.

    Raises:
        KafkaMissing: they are not, and cannot be fetched.
    """
    cache = _cache_folder()
    folder = cache.with_name(f"{cache.name}-connect")
    _fetch(CONNECT / "pom.xml", folder, "package", f"-Dconnect.folder={folder / 'target'}")
    return folder


def java_command(jars: Path, heap: str) -> list[str]:
    """The beginning of a command that runs a class of these jars, in a quick start and little memory.

    Raises:
        KafkaMissing: there is no Java.
    """
    java = shutil.which("java")
    if java is None:
        raise KafkaMissing("Java (17 or newer) is not installed, which Apache Kafka needs")
    archive = class_archive(jars)
    shared = [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
    quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", *shared]
    return [java, f"-Xmx{heap}", *quick, "-cp", f"{jars}/*"]


def class_archive(jars: Path) -> Path:
    """Where the classes of these jars are kept as Java has them in memory: a broker then starts in half of the time."""
    return jars.with_name("classes.jsa")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process of a test run changes a folder of the cache, the others wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cache_folder() -> Path:
    return Path(os.environ.get("REDEFLUSS_KAFKA_CACHE", "~/.cache/redefluss/kafka")).expanduser()


def _fetch(pom: Path, folder: Path, *arguments: str) -> None:
    """Fill the folder by Maven, unless it was filled with the same pom before."""
    with locked(folder):
        _fetch_alone(pom, folder, *arguments)


def _fetch_alone(pom: Path, folder: Path, *arguments: str) -> None:
    complete = folder / "pom.xml"
    if complete.is_file() and complete.read_bytes() == pom.read_bytes():
        return
    if shutil.which("mvn") is None:
        raise KafkaMissing("Maven (mvn) is not installed, which fetches Apache Kafka")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ["mvn", "-B", "-q", "-f", str(pom), *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise KafkaMissing(f"Maven did not fetch Apache Kafka within {FETCH_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        lines = (error.stdout + error.stderr).strip().splitlines() or ["no output"]
        raise KafkaMissing(f"Maven could not fetch Apache Kafka: {lines[0]}") from None
    shutil.copy(pom, complete)
