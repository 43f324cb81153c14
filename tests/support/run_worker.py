"""A worker as a process of its own, with the stages of these tests: `python -m tests.support.run_worker [STAGE]…`.

REDEFLUSS_LOADER in the environment names other stages, as `module:function`.
"""

import os
import sys

from agents import logs, worker
from agents.settings import Settings

LOADER = "tests.support.stages:load"

if __name__ == "__main__":
    settings = Settings()
    logs.configure(settings.log_level)
    sys.exit(worker.run(settings, sys.argv[1:], loader=os.environ.get("REDEFLUSS_LOADER", LOADER)))
