"""How much of the stream's core and of the rules their own tests hold: the share of a module's mutants they notice.

Run as `python -m tests.mutation.score [MODULE ...] [--sample N] [--seed S] [--jobs J]`. Every mutant is tried in a
process forked from this one, which has loaded what is not changed, so that one costs well under a second.
"""

import argparse
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PUBLISHER = ("test_publisher.py", "test_producer_connection.py", "test_publishing_as_owner.py")
CORE: dict[str, tuple[str, ...]] = {
    "agents.offsets": ("test_offsets.py",),
    "agents.app": ("test_app.py", "test_offsets.py"),
    "agents.faust_adapter": ("test_faust_adapter.py", "test_membership.py"),
    "agents.faust_consumer": ("test_faust_consumer.py", "test_membership.py"),
    "agents.runner": ("test_runner.py",),
    "agents.head_start": ("test_head_start.py",),
    "agents.stage_runner": ("test_runner.py",),
    "agents.publisher": PUBLISHER,
    "agents.producer_connection": PUBLISHER,
    "agents.outgoing": PUBLISHER,
    "agents.pool.scheduler": ("test_scheduler.py",),
    "agents.local_store": ("test_seen_store.py",),
    "agents.seen_store": ("test_seen_store.py",),
}
GOLDEN = "quotes/test_golden.py", "entities/test_golden.py"
NAMES = tuple(f"entities/test_{name}.py" for name in ("registry", "names", "gazetteer"))
ROLES = ("entities/test_roles.py", "entities/test_nominative.py")
QUOTES = (
    "quotes/test_registry.py",
    "quotes/test_rules.py",
    "quotes/test_linking.py",
    "quotes/test_quotes_in_marks.py",
    "quotes/test_interview.py",
    "quotes/test_extractor.py",
)
RULES: dict[str, tuple[str, ...]] = {
    "pipeline.entities": (GOLDEN[1], *NAMES, *ROLES),
    "pipeline.quotes": (GOLDEN[0], *QUOTES),
    "pipeline.lexicon": ("quotes/test_lexicon.py", GOLDEN[0], *QUOTES),
    "pipeline.lexicon.agreement": ("entities/test_agreement.py", "entities/test_nominative.py"),
    "pipeline.lexicon.nouns": ("entities/test_nouns.py", "entities/test_nominative.py"),
    "pipeline.rules": ("quotes/test_registry.py",),
    "pipeline.statements": ("statements",),
    "pipeline.cleaning": ("cleaning",),
    "schemas": ("schemas",),
    "schemas.records": ("schemas",),
    "agents": ("agents", "web/test_health.py", "web/test_metrics.py"),
    "agents.dead_letters": ("agents/test_dead_letters.py", "agents/test_replay.py"),
    "agents.pool": ("agents/test_pool.py", "agents/test_scheduler.py", "agents/test_fork_server.py"),
}
"""The tests of other modules by the package, or the module."""
IDLE_SECONDS = 20.0
"""Tests that neither run nor wait for a processor for so long wait for something that never comes."""
BUSY_FACTOR = 10
"""Tests that take this many times the usual processor time go round in circles."""


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another source than its file."""

    def __init__(self, module: str, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """Ours, if it is that module."""
        return importlib.util.spec_from_loader(name, self) if name == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(compile(self._source, f"{self._module} (changed)", "exec"), module.__dict__)


@dataclass
class Score:
    """What became of a module's mutants."""

    tried: int = 0
    hung: list[Mutant] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of those that were noticed."""
        return 1 - len(self.survivors) / self.tried if self.tried else 1.0


def tests_of(module: str) -> list[Path]:
    """The files of tests that are to notice what changes in a module."""
    if module in CORE:
        return [TESTS / "agents" / name for name in CORE[module]]
    return [TESTS / name for name in RULES.get(module) or RULES[module.rpartition(".")[0]]]


def preload(module: str) -> None:
    """Load what the tests of a module load, and forget what may depend on it."""
    importlib.import_module(module)
    for name in [name for name in sys.modules if name.split(".")[0] == module.split(".", maxsplit=1)[0]]:
        del sys.modules[name]


def fork_tests(module: str, source: str) -> int:
    """Begin to run the tests of a module, changed to `source`, in a process of its own; its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 2
    try:
        os.setsid()
        sys.meta_path.insert(0, Changed(module, source))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            paths = [str(path) for path in tests_of(module)]
            code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *paths]))
    finally:
        os._exit(code)


class Watch:
    """Tells tests that hang from tests that are slow, however busy the machine is.

    Args:
        pid: the process of the tests.
        limit_seconds: processor time that they do not need unless they go round in circles.
    """

    def __init__(self, pid: int, limit_seconds: float) -> None:
        self._pid = pid
        self._limit_seconds = limit_seconds
        self._active_seconds = 0.0
        self._active_at = time.monotonic()

    def hangs(self) -> bool:
        """Whether they have waited for too long without wanting a processor, or used one for too long."""
        ran, waited, _ = Path(f"/proc/{self._pid}/schedstat").read_text(encoding="ascii").split()
        active_seconds = (int(ran) + int(waited)) / 1e9
        if active_seconds - self._active_seconds > 1.0:
            self._active_seconds, self._active_at = active_seconds, time.monotonic()
        return int(ran) / 1e9 > self._limit_seconds or time.monotonic() - self._active_at > IDLE_SECONDS


def score(module: str, chosen: list[Mutant], jobs: int) -> Score:
    """Try mutants, some at a time; one whose tests hang counts as noticed.

    Raises:
        RuntimeError: the tests fail without a change.
    """
    preload(module)
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    _, status, usage = os.wait4(fork_tests(module, source), 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"the tests of {module} fail as it is")
    limit_seconds = max(IDLE_SECONDS, BUSY_FACTOR * (usage.ru_utime + usage.ru_stime))
    result, waiting, running = Score(), list(chosen), dict[int, tuple[Mutant, Watch]]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            pid = fork_tests(module, mutant.source)
            running[pid] = (mutant, Watch(pid, limit_seconds))
        for pid, (mutant, watch) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done and watch.hangs():
                os.killpg(pid, signal.SIGKILL)
                result.hung.append(mutant)
                done, status = os.waitpid(pid, 0)
            if done:
                del running[pid]
                result.tried += 1
                if os.waitstatus_to_exitcode(status) == 0:
                    result.survivors.append(mutant)
        time.sleep(0.05)
    return result


def main() -> None:
    """Score the modules named, or all of the core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=list(CORE), metavar="MODULE")
    parser.add_argument("--sample", type=int, help="so many mutants of each module, by chance; without it all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=4, help="mutants tried at the same time")
    arguments = parser.parse_args()
    for module in arguments.modules:
        found = list(mutants((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")))
        chosen = found
        if arguments.sample is not None and arguments.sample < len(found):
            chosen = random.Random(arguments.seed).sample(found, arguments.sample)
        result = score(module, chosen, arguments.jobs)
        noticed = result.tried - len(result.survivors)
        lines = [
            f"{module}: {noticed} of {result.tried} noticed ({result.share:.2f}), {len(result.hung)} of them by tests"
            f" that hung; mutants in all: {len(found)}"
        ]
        lines += [f"    line {mutant.line}: {mutant.change}" for mutant in sorted(result.survivors)]
        lines += [f"    hung, line {mutant.line}: {mutant.change}" for mutant in sorted(result.hung)]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
