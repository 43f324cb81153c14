"""What a process that has had large messages gives back."""

import subprocess
import sys

import pytest

from agents import kafka
from agents.processes import LARGE_BYTES

HOLES = """
import sys
import psutil
from agents.processes import return_large_memory
if sys.argv[1] == "return":
    return_large_memory()
resident = psutil.Process().memory_info
del (large := [b"x" * 4_000_000])[:]  # from now on glibc takes such from its heap
before, kept = resident().rss, []
large = []
for _ in range(50):
    large.append(b"x" * 2_000_000)
    kept.append(bytearray(1000))  # what stands behind a hole
large.clear()
print(resident().rss - before)
"""


def left(how: str) -> int:
    run = subprocess.run([sys.executable, "-c", HOLES, how], check=True, capture_output=True, text=True)
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is of glibc")
def test_large_messages_leave_no_holes():
    assert left("keep") > 50_000_000, "else there is nothing to mend"
    assert left("return") < 5_000_000


def test_all_who_read_give_back(monkeypatch):
    told = []
    monkeypatch.setattr(kafka, "return_large_memory", lambda: told.append(LARGE_BYTES))
    monkeypatch.setattr(kafka.bounded_records, "install", told.append)
    kafka.adapt_consumers(kafka.Settings(max_message_bytes=2_000_000))
    assert told == [LARGE_BYTES, 2_000_000 + kafka.RECORD_OVERHEAD_BYTES]
