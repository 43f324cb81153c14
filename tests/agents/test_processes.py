"""What a process that has had large messages gives back, and what can be told of others."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from agents import kafka
from agents.processes import LARGE_BYTES, is_stopped, resident_bytes

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


ARENAS = """
import ctypes, sys, threading
from agents.processes import share_one_arena
if sys.argv[1] == "share":
    share_one_arena()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
together = threading.Barrier(4)


def take():
    library.malloc(100_000)
    together.wait()


threads = [threading.Thread(target=take) for _ in range(3)]
for thread in threads:
    thread.start()
together.wait()
library.malloc_stats()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is of glibc")
def test_threads_take_memory_from_one_place():
    def arenas(how: str) -> int:
        run = subprocess.run([sys.executable, "-c", ARENAS, how], check=True, capture_output=True, text=True)
        return run.stderr.count("Arena ")

    assert arenas("keep") > 1, "else there is nothing to share"
    assert arenas("share") == 1


BETWEEN = """
import sys
import psutil
from agents.processes import return_free_memory
resident = psutil.Process().memory_info
before = resident().rss
pieces = [b"x" * 100_000 for _ in range(300)]
kept = pieces[::30]
del pieces
if sys.argv[1] == "return":
    return_free_memory()
print(resident().rss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the call is of glibc")
def test_what_is_free_between_pieces_in_use_goes_back():
    def left(how: str) -> int:
        run = subprocess.run([sys.executable, "-c", BETWEEN, how], check=True, capture_output=True, text=True)
        return int(run.stdout)

    assert left("keep") > 20_000_000, "else there is nothing to give back"
    assert left("return") < 5_000_000


def test_of_a_process_its_memory_and_whether_it_is_stopped_are_known():
    with subprocess.Popen([sys.executable, "-c", "print('x', flush=True); input()"], stdin=-1, stdout=-1) as other:
        assert other.stdout is not None
        other.stdout.read(1)
        assert resident_bytes(other.pid) == pytest.approx(psutil.Process(other.pid).memory_info().rss, rel=0.05)
        assert not is_stopped(other.pid)
        other.send_signal(signal.SIGSTOP)
        os.waitpid(other.pid, os.WUNTRACED)
        assert is_stopped(other.pid)
        other.kill()
        other.wait()
        assert (resident_bytes(other.pid), is_stopped(other.pid)) == (0, False)
