"""A worker as a process of its own, with the stages of these tests: `python -m tests.support.run_worker [STAGE]…`.

REDEFLUSS_LOADER in the environment names other stages, as `module:function`.
"""

import os
import sys

from agents import logs, worker
from agents.settings import Settings

LOADER = "tests.support.stages:load"


def run(loader: str) -> int:
    """The stages named on the command line, until told to stop."""
    settings = Settings()
    logs.configure(settings.log_level)
    return worker.run(settings, sys.argv[1:], loader=loader)


if __name__ == "__main__":
    sys.exit(run(os.environ.get("REDEFLUSS_LOADER", LOADER)))
