"""A worker as a process of its own, with the stages of these tests: `python -m tests.support.run_worker [STAGE]…`."""

import sys

from agents import logs, worker
from agents.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    logs.configure(settings.log_level)
    sys.exit(worker.run(settings, sys.argv[1:], loader="tests.support.stages:load"))
