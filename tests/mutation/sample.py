"""How much of whole packages their tests hold: a random sample of the mutants of all their modules.

Run as `python -m tests.mutation.sample SET [--count N] [--seed S]`; `SETS` lists the sets. The tests are collected and
run once, and it is noted which of them run which lines. Each mutant is tried in a process forked from this one: the
changed function gets its new code there, and the tests that run the changed statement follow, the quick ones first. So
most mutants take a second.
"""

import argparse
import functools
import gc
import importlib
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import hypothesis
import pytest

from tests.mutation.mutants import changed
from tests.mutation.sampled_sets import LOADS, ROOT, SETS, Place, all_places, files_of
from tests.mutation.score import BUSY_FACTOR, IDLE_SECONDS, Watch

FIRST = 40
"""So many tests are tried before the golden files, which notice most but take some seconds."""


@dataclass
class Baseline:
    """What the tests do without a change.

    Attributes:
        failed: tests that fail.
        seconds: processor time of each test.
        ran: by file and line the tests that ran it; "" stands for what was loaded before.
    """

    failed: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    ran: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def tests_of(self, place: Place) -> list[str]:
        """The tests that run what is changed, quick ones first; those of golden files share what one has read."""
        lines = self.ran.get(str(ROOT / place.file), {})
        first, last = place.change.lines
        found = {test for line in range(first, last + 1) for test in lines.get(line, ())} & self.seconds.keys()
        if any("test_golden" in test for test in found):
            found |= {test for test in self.seconds if "test_golden" in test}
        quick = sorted(found, key=lambda test: self.seconds[test])
        golden = [test for test in quick if "test_golden" in test]
        first = [test for test in quick if test not in golden][:FIRST]
        return list(dict.fromkeys([*first, *golden, *quick]))

    def runs_before(self, place: Place) -> bool:
        """Whether what is changed has run before the tests, so that its results may be remembered."""
        lines = self.ran.get(str(ROOT / place.file), {})
        return any("" in lines.get(line, ()) for line in range(place.change.lines[0], place.change.lines[1] + 1))


@functools.cache
def remembering() -> list[functools._lru_cache_wrapper]:
    """The functions that remember results, as far as they are loaded."""
    return [found for found in gc.get_objects() if isinstance(found, functools._lru_cache_wrapper)]


def forget(everything: bool = False) -> None:
    """Empty what functions remember; with `everything` also what was loaded once."""
    for function in remembering():
        if everything or function.cache_info().currsize > 1:
            function.cache_clear()


def change_functions(place: Place) -> None:
    """Give the functions that are there already their changed code.

    Raises:
        LookupError: there is none, or none that can have this code.
    """
    importlib.import_module(place.file.removesuffix(".py").replace("/", "."))  # some are loaded when they are needed
    path = str(ROOT / place.file)
    tree = changed(Path(path).read_text(encoding="utf-8"), place.change)
    codes = dict(_codes(compile(tree, path, "exec")))
    count = 0
    for function in [item for item in gc.get_objects() if isinstance(item, FunctionType)]:
        code = function.__code__
        new = codes.get((code.co_qualname, code.co_firstlineno)) if code.co_filename == path else None
        if new is not None:
            if new.co_freevars != code.co_freevars:
                raise LookupError(f"{path}: {code.co_qualname} has other variables from around it")
            function.__code__ = new
            count += 1
    if not count:
        raise LookupError(path)


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield (constant.co_qualname, constant.co_firstlineno), constant
            yield from _codes(constant)


class Runner:
    """A plugin of pytest that does not run the tests once but with one mutant after the other."""

    def __init__(self, name: str, count: int, seed: int, only: str, kept: Path | None) -> None:
        self._kept = kept
        self._what, self._load = SETS[name], LOADS.get(name, lambda: None)
        self._places = all_places(self._what)
        known = [place for place in self._places if fnmatch(place.file, only)]
        self._chosen = random.Random(seed).sample(known, min(count, len(known)))
        self._say = os.fdopen(os.dup(1), "w", buffering=1)
        self._say.write(
            f"{name}: {len(self._chosen)} of {len(known)} mutants in {len({p.file for p in known})} files\n"
        )

    def pytest_sessionstart(self) -> None:
        """Examples are looked for in the same way each time, and not made smaller."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutation", deadline=None, derandomize=True, database=None, phases=phases)
        hypothesis.settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what bounds times only, what needs a broker or a browser, and what runs in other processes only."""
        heavy = self._what.heavy
        items[:] = [
            item
            for item in items
            if not any(part in item.nodeid for part in heavy)
            and "cli" not in getattr(item, "fixturenames", ())
            and not any(item.get_closest_marker(mark) for mark in ("kafka", "cluster", "fault", "long", "browser"))
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once without a change, and then some of them with each mutant."""
        self._tests = {item.nodeid: item for item in session.items}
        base = self._known_baseline(session)
        if base.failed:
            raise RuntimeError(f"tests fail without a change: {base.failed}")
        self._load()
        forget()
        noticed = 0
        for place in self._chosen:
            began = time.monotonic()
            tests = base.tests_of(place)
            before = not tests and base.runs_before(place)
            if before:  # tests have its results without running it
                tests = sorted(self._tests, key=base.seconds.__getitem__)
            result = self._try(session, place, tests, before, sum(base.seconds[test] for test in tests))
            noticed += result in {"noticed", "hung"}  # a broken one was not tried
            spent = time.monotonic() - began
            self._say.write(
                f"{result}: {place.file}:{place.change.line}: {place.change.what}"
                f" ({len(tests)} tests{', loaded before' if before else ''}, {spent:.1f} s)\n"
            )
        self._say.write(f"{noticed} of {len(self._chosen)} noticed\n")
        return True

    def _known_baseline(self, session: pytest.Session) -> Baseline:
        """The baseline, of which only the tests are run that the kept file, if there is one, does not know."""
        if self._kept is None:
            return self._baseline(session, list(self._tests))
        known = pickle.loads(self._kept.read_bytes()) if self._kept.exists() else Baseline()
        new = self._baseline(session, [test for test in self._tests if test not in known.seconds])
        known.failed, known.seconds = (
            new.failed,
            {t: s for t, s in known.seconds.items() if t in self._tests} | new.seconds,
        )
        for file, lines in new.ran.items():
            for line, tests in lines.items():
                known.ran.setdefault(file, {}).setdefault(line, []).extend(tests)
        self._kept.write_bytes(pickle.dumps(known))
        return known

    def _baseline(self, session: pytest.Session, tests: list[str]) -> Baseline:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "baseline"
            pid = os.fork()
            if not pid:
                try:
                    path.write_bytes(pickle.dumps(self._measured(session, tests)))
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
            result: Baseline = pickle.loads(path.read_bytes())
        return result

    def _measured(self, session: pytest.Session, tests: list[str]) -> Baseline:
        result = Baseline()
        session.config.pluginmanager.unregister(name="terminalreporter")
        files = [str(ROOT / file) for file in files_of(self._what)]
        measure = coverage.Coverage(data_file=None, config_file=False, include=files)
        measure.start()
        self._load()
        for test in tests:
            item = self._tests[test]
            forget()
            measure.switch_context(test)
            began, failed = time.process_time(), session.testsfailed
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            result.seconds[test] = time.process_time() - began
            if session.testsfailed > failed:
                result.failed.append(test)
        measure.stop()
        data = measure.get_data()
        result.ran = {file: data.contexts_by_lineno(file) for file in files}
        return result

    def _try(self, session: pytest.Session, place: Place, tests: list[str], before: bool, seconds: float) -> str:
        if not tests:
            return "SURVIVED"
        pid = os.fork()
        if not pid:
            code = 3
            try:
                os.setsid()
                for number in (1, 2):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
                change_functions(place)
                if before:
                    forget(everything=True)
                code = self._fails(session, tests)
            except BaseException:
                traceback.print_exc(file=self._say)
            finally:
                os._exit(code)
        watch = Watch(pid, max(IDLE_SECONDS, BUSY_FACTOR * seconds))
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return {0: "SURVIVED", 1: "noticed"}.get(os.waitstatus_to_exitcode(status), "broken")
            if watch.hangs():
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return "hung"
            time.sleep(0.02)

    def _fails(self, session: pytest.Session, tests: list[str]) -> int:
        session.config.pluginmanager.unregister(name="terminalreporter")
        for test in tests:
            item = self._tests[test]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                return 1
        return 0


def main() -> None:
    """Try a sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--baseline", type=Path, help="a file that keeps what the tests do without a change")
    parser.add_argument("--only", default="*", help="a pattern of files")
    arguments = parser.parse_args()
    runner = Runner(arguments.set, arguments.count, arguments.seed, arguments.only, arguments.baseline)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=60"]
    sys.exit(pytest.main([*options, *SETS[arguments.set].tests], plugins=[runner]))


if __name__ == "__main__":
    main()
