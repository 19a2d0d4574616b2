"""Checks of how facts travel: rows as types of their own, instants by the one function that writes them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import files

Signed = ast.FunctionDef | ast.AsyncFunctionDef
LOOSE = {"dict", "Mapping", "MutableMapping"}
INSTANTS = "gisgrid/instants.py"
WRITERS = {"isoformat", "strftime"}


def loose_rows(root: Path) -> list[str]:
    """Which functions take or give rows whose columns nobody knows, `dict[str, Any]`?

    Free JSON (a style, a payload, properties) goes by an alias that says so, as `layers.Json`.
    """
    return [
        f"{name}:{function.lineno} {function.name}"
        for name, module in _modules(root)
        for function in ast.walk(module)
        if isinstance(function, Signed) and any(map(_is_loose, _annotations(function)))
    ]


def own_instants(root: Path) -> list[str]:
    """Which modules write an instant in a way of their own, instead of by `gisgrid.instants`?"""
    return [
        f"{name}:{node.lineno}: {node.func.attr} writes an instant; instants.write_instant does"
        for name, module in _modules(root)
        for node in ast.walk(module)
        if name != INSTANTS and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in WRITERS
    ]


def _modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in files(root, ".py"):
        if path.relative_to(root).parts[0] == "gisgrid":
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text("utf-8"))


def _annotations(function: Signed) -> Iterator[ast.expr]:
    given = function.args
    several = [argument for argument in (given.vararg, given.kwarg) if argument]
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, *several):
        if argument.annotation:
            yield argument.annotation
    if function.returns:
        yield function.returns


def _is_loose(annotation: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value).rpartition(".")[2] in LOOSE
        and ast.unparse(node.slice).strip("()") == "str, Any"
        for node in ast.walk(annotation)
    )
