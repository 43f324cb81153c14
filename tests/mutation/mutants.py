"""Mutants of a module: its source with one operator, constant, condition or statement changed."""

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
REMOVED = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Return, ast.Continue, ast.Break, ast.Delete)
QUIET = {"log", "warning"}
"""What is logged is for people: no test is to depend on it."""


class Mutant(NamedTuple):
    """A changed module: where, how, and its whole source."""

    line: int
    change: str
    source: str


class Change(NamedTuple):
    """One change of a module.

    Attributes:
        place: the changed node, by its number among all places.
        number: which of the changes of this node.
        line: where it stands.
        lines: the first and the last line of what a test must run to notice it.
        what: it does, for people to read.
    """

    place: int
    number: int
    line: int
    lines: tuple[int, int]
    what: str


def mutants(source: str) -> Iterator[Mutant]:
    """All mutants of a module's functions. Constants of the module itself are tunables, and left alone."""
    for change in changes(source):
        yield Mutant(change.line, change.what, ast.unparse(changed(source, change)))


def changes(source: str) -> Iterator[Change]:
    """What can be changed in a module's functions, one at a time."""
    tree = ast.parse(source)
    statements = _lines_of_statements(tree)
    for place, node in enumerate(_places(tree)):
        for number, (what, _, at) in enumerate(_changes(node)):
            line = getattr(at, "lineno", 0)
            yield Change(place, number, line, statements.get(line, (line, line)), what)


def changed(source: str, change: Change) -> ast.Module:
    """The module with a change."""
    tree = ast.parse(source)
    node = _places(tree)[change.place]
    _, apply, _ = list(_changes(node))[change.number]
    apply(node)
    return ast.fix_missing_locations(tree)


def _lines_of_statements(tree: ast.Module) -> dict[int, tuple[int, int]]:
    """For each line the innermost statement that it belongs to; of a compound one what stands before its body."""
    found: dict[int, tuple[int, int]] = {}
    for node in ast.walk(tree):  # what is inside comes after what it is in
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
            found |= dict.fromkeys(range(node.lineno, last + 1), (node.lineno, last))
    return found


def _places(tree: ast.Module) -> list[ast.AST]:
    """The nodes of function bodies, in an order that a copy of the tree has too."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found: dict[int, ast.AST] = {}
    for function in functions:
        found[id(function)] = function
        stack: list[ast.AST] = list(function.body)
        while stack:
            node = stack.pop()
            if _is_quiet(node) or id(node) in found:
                continue
            found[id(node)] = node
            stack += [child for name, value in ast.iter_fields(node) if name != "annotation" for child in _nodes(value)]
    return list(found.values())


def _nodes(value: Any) -> list[ast.AST]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)]


def _is_quiet(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):  # says to mypy what it cannot know
        return True
    if not isinstance(node, ast.Expr):
        return False
    call = node.value
    if isinstance(call, ast.Constant):  # a docstring, or the three dots of a protocol
        return True
    return isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[0] in QUIET


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None], ast.AST]]:
    """What a change does, its function for a node like this one, and the node where it takes place."""
    for field in ("op", "ops"):
        for old in _nodes(getattr(node, field, None)):
            if type(old) in SWAPPED:
                new = SWAPPED[type(old)]
                yield f"{type(old).__name__} to {new.__name__}: {_short(node)}", _set_operator(field, new), node
            break  # of a chain the first
    if isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(node.test, ast.Constant):
        yield f"condition negated: {_short(node.test)}", _negate, node.test
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        value = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} to {value}", lambda constant, value=value: setattr(constant, "value", value), node
    for field in ("body", "orelse", "finalbody"):
        statements = getattr(node, field, None)
        for number, statement in enumerate(statements if isinstance(statements, list) else []):
            if isinstance(statement, REMOVED) and not _is_quiet(statement) and _does_something(statement):
                yield f"removed: {_short(statement)}", _remove(field, number), statement


def _does_something(statement: ast.AST) -> bool:
    return not isinstance(statement, ast.Return) or not (
        statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    )


def _set_operator(field: str, new: type[ast.AST]) -> Callable[[Any], None]:
    def apply(node: Any) -> None:
        if field == "op":
            node.op = new()
        else:
            node.ops[0] = new()

    return apply


def _negate(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _remove(field: str, number: int) -> Callable[[Any], None]:
    def apply(node: Any) -> None:
        getattr(node, field)[number] = ast.Pass()

    return apply


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]
