"""The lines that "nothing is lost" hangs on: each is taken out in a copy of the tree, and a named test must fail.

Run as `python -m tests.mutation.guarantee`: a few seconds a line; the exit code is 1 if a line can go unnoticed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("agents", "tests")
LINKED = ("pipeline", "schemas", "pyproject.toml")
TEST_SECONDS = 120


@dataclass(frozen=True)
class Removal:
    """A line of the guarantee.

    Attributes:
        what: it does.
        file: where it stands.
        line: the line as it stands there, once.
        instead: what stands there without it.
        test: that must fail then.
    """

    what: str
    file: str
    line: str
    instead: str
    test: str


REMOVALS = (
    Removal(
        "the generation check before an offset is marked as finished",
        "agents/offsets.py",
        "        if generation == self._group.generation:",
        "        if True:",
        "tests/agents/test_offsets.py::test_an_offset_of_a_former_generation_is_not_marked_finished",
    ),
    Removal(
        "the clearing of these marks when partitions are revoked",
        "agents/app.py",
        "        await self.offsets.commit()\n        self.offsets.clear()",
        "        await self.offsets.commit()",
        "tests/agents/test_offsets.py::test_partitions_are_given_up_committed_and_with_nothing_marked_finished",
    ),
    Removal(
        "the same when partitions are assigned",
        "agents/app.py",
        "        self.offsets.clear()\n        self.on_rebalance()",
        "        self.on_rebalance()",
        "tests/agents/test_offsets.py::"
        "test_what_is_finished_after_its_partition_was_given_up_takes_nothing_back_when_that_is_ours_again",
    ),
    Removal(
        "the wait for what is to be remembered before a commit",
        "agents/offsets.py",
        "                    await asyncio.wait_for(self._remembered(), REMEMBER_SECONDS)",
        "                    pass",
        "tests/agents/test_offsets.py::test_an_offset_is_committed_only_when_what_is_to_be_remembered_is_on_the_broker",
    ),
    Removal(
        "the check of the owner before a message changes a state",
        "agents/stateful_processor.py",
        "            await before_change()",
        "            pass",
        "tests/agents/test_stateful_processor.py::test_a_message_of_a_former_assignment_changes_nothing",
    ),
    Removal(
        "the size check before publishing",
        "agents/stage_runner.py",
        '            if len(value or b"") > limit_bytes:',
        "            if False:",
        "tests/agents/test_runner.py::test_a_record_that_is_too_large_is_not_published_but_dead_lettered",
    ),
    Removal(
        "the end of a message before its offset is marked as finished",
        "agents/app.py",
        "                await self.handle(*read, before_publish=lambda: self.check_owner(last.generation_id))",
        "                self.handle(*read, before_publish=lambda: self.check_owner(last.generation_id))",
        "tests/agents/test_offsets.py::test_an_offset_is_marked_finished_only_when_the_message_has_reached_its_end",
    ),
    Removal(
        "the end of an actor whose messages came to no end",
        "agents/app.py",
        "        await _until_cancelled()  # an actor that goes on or begins again would leave these messages out",
        "        pass",
        "tests/agents/test_app.py::test_where_messages_come_to_no_end_nothing_is_marked_and_the_worker_reconnects",
    ),
    Removal(
        "the broker's acknowledgement before a message counts as published",
        "agents/publisher.py",
        "        outcomes = await asyncio.gather(*begun, return_exceptions=True)",
        "        outcomes = [None for _ in begun]",
        "tests/agents/test_publisher.py::test_returns_when_all_are_confirmed",
    ),
    Removal(
        "the wait for the next assignment if there was another rebalance meanwhile",
        "agents/rebalance.py",
        "            raise RebalanceAgain",
        "            pass",
        "tests/agents/test_rebalance.py::test_messages_do_not_flow_if_partitions_are_revoked_meanwhile",
    ),
    Removal(
        "the end of the flow at an assignment",
        "agents/faust_adapter.py",
        "        self.consumer.stop_flow()",
        "        pass",
        "tests/agents/test_faust_adapter.py::test_an_assignment_is_told_before_faust_begins_to_read",
    ),
    Removal(
        "the kill of a process past its limit",
        "agents/pool/pool.py",
        '                    self._fork_server.send("kill", process.pid)',
        "                    pass",
        "tests/agents/test_pool.py::test_a_job_past_its_time_is_stopped_and_not_tried_again",
    ),
)


def copy_tree(folder: Path) -> None:
    """A tree that can be changed: what is not changed is linked."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)


def passes(folder: Path, *tests: str, say: bool = False) -> bool:
    """Whether tests pass on a copied tree; one that hangs does not. `say`: on stderr why not."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        f"--timeout={TEST_SECONDS}",
        *tests,
    ]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest could not run {tests}:\n{done.stdout}{done.stderr}")
    if say and done.returncode:
        sys.stderr.write(done.stdout)
    return done.returncode == 0


def goes_unnoticed(removal: Removal) -> bool:
    """Whether the test passes on a tree without the line.

    Raises:
        RuntimeError: the line is not there, or the test fails on the tree as it is.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_tree(folder)
        path = folder / removal.file
        source = path.read_text(encoding="utf-8")
        if source.count(f"{removal.line}\n") != 1:
            raise RuntimeError(f"{removal.file} does not have the line once: {removal.line.strip()}")
        if not passes(folder, removal.test, say=True):
            raise RuntimeError(f"{removal.test} fails on the tree as it is")
        path.write_text(source.replace(f"{removal.line}\n", f"{removal.instead}\n"), encoding="utf-8")
        return passes(folder, removal.test)


def main() -> int:
    """Take each line out, in a tree of its own."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with ThreadPoolExecutor() as threads:
        unnoticed = list(threads.map(goes_unnoticed, REMOVALS))
    for removal, survived in zip(REMOVALS, unnoticed, strict=True):
        sys.stdout.write(f"{'SURVIVED' if survived else 'noticed'}: without {removal.what}\n    {removal.test}\n")
    return int(any(unnoticed))


if __name__ == "__main__":
    sys.exit(main())
