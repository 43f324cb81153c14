"""Names by Stanford CoreNLP's German models, which Maven Central has: its own server, asked on the loopback interface.

The jars, 0.2 GB, are fetched once, into ~/.cache/redefluss/corenlp or the folder that REDEFLUSS_CORENLP_CACHE names.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import orjson
import psutil

from benchmarks.environments import Unusable
from benchmarks.peers.quotation_marks import Name
from tests.support.ports import free_port

POM = Path(__file__).with_name("core_nlp_pom.xml")
FETCH_SECONDS = 1800
START_SECONDS = 180
HEAP = "3g"
TYPES = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC", "MISC": "MISC"}
ANNOTATORS = "tokenize,ssplit,mwt,pos,lemma,ner"


def jars() -> Path:
    """The folder with CoreNLP and its German models, which Maven fills if it is not filled.

    Raises:
        Unusable: it cannot.
    """
    cache = Path(os.environ.get("REDEFLUSS_CORENLP_CACHE", "~/.cache/redefluss/corenlp")).expanduser()
    complete, libraries = cache / "pom.xml", cache / "libs"
    if complete.is_file() and complete.read_bytes() == POM.read_bytes():
        return libraries
    cache.mkdir(parents=True, exist_ok=True)
    command = ["mvn", "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={libraries}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(f"Maven does not fetch it: {error}") from None
    if done.returncode != 0:
        raise Unusable(f"Maven does not fetch it: {(done.stdout + done.stderr).strip()[:200]}")
    shutil.copy(POM, complete)
    return libraries


class CoreNlp:
    """A finder of names that runs between `with` and the end of its block."""

    def __init__(self) -> None:
        self._port = free_port()
        own = {"annotators": ANNOTATORS, "outputFormat": "json", "ner.applyFineGrained": "false"}
        own |= {"ner.applyNumericClassifiers": "false", "ner.useSUTime": "false"}
        self._address = f"http://127.0.0.1:{self._port}/?properties={quote(orjson.dumps(own).decode())}"
        self._process: psutil.Popen | None = None

    def __enter__(self) -> Self:
        command = ["java", f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-cp", f"{jars()}/*"]
        command += ["edu.stanford.nlp.pipeline.StanfordCoreNLPServer", "-port", str(self._port), "-threads", "1"]
        command += ["-timeout", "60000", "-quiet", "true", "-serverProperties", "StanfordCoreNLP-german.properties"]
        self._process = psutil.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urlopen(f"http://127.0.0.1:{self._port}/live", timeout=5).close()
                return self
            except (URLError, OSError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__(None, None, None)
                    raise Unusable("CoreNLP's server does not start") from None
                time.sleep(0.2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def cpu_seconds(self) -> float:
        """Of the server."""
        assert self._process is not None
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def __call__(self, text: str) -> list[Name]:
        with urlopen(self._address, data=text.encode(), timeout=120) as answer:
            found = orjson.loads(answer.read())
        mentions = (mention for sentence in found["sentences"] for mention in sentence["entitymentions"])
        return [
            Name(begin, end, text[begin:end], TYPES[mention["ner"]])
            for mention in mentions
            if mention["ner"] in TYPES
            for begin, end in [(mention["characterOffsetBegin"], mention["characterOffsetEnd"])]
        ]
