"""The processes of a system that is measured."""

import subprocess
import sys
from pathlib import Path

from tests.support.stream import alive
from tests.support.waiting import until

MEASURED = """
import time
from benchmarks.systems import System, running
with running(System("sleeper", ("-c", "import time; time.sleep(60)")), "127.0.0.1:1", "x-") as (process,):
    print(process, flush=True)
    time.sleep(60)
"""


async def test_they_end_with_a_measurement_that_is_killed() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", MEASURED], cwd=root, stdout=subprocess.PIPE) as measurement:
        assert measurement.stdout is not None
        process = int(measurement.stdout.readline())
        assert alive(process)
        measurement.kill()
    await until(lambda: not alive(process), 20)
