"""The table of the lines that the guarantee hangs on keeps up with the code."""

import ast

import pytest

from tests.mutation.guarantee import REMOVALS, ROOT, Removal


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: removal.what)
def test_the_line_and_its_test_are_there(removal: Removal) -> None:
    source = (ROOT / removal.file).read_text(encoding="utf-8")
    assert source.count(f"{removal.line}\n") == 1
    path, name = removal.test.split("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert name in tests
