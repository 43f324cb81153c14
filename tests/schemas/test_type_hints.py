"""What type checkers of other projects know of the records."""

import ast
from pathlib import Path

import pytest

import schemas.records

RECORDS = sorted(Path(schemas.records.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_defaults_are_named(path: Path) -> None:
    """Without pydantic's plugin, a type checker takes a field for required whose default has no name in `Field`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    fields = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Field"]
    assert not [field.lineno for field in fields if field.args]
