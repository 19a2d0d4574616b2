"""Checks that read Python: what starts on a bare machine, names, docstrings, imports that dodge a circle."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import files

BARE = ("__init__", "__main__", "bootstrap", "steps", "debian", "viewer_build")
"""Modules that run before there is an environment."""
ANY_PYTHON = "__main__"
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "info", "misc"}
LONGEST_DOCSTRING = 8


def _modules(root: Path, folder: str = "gisgrid") -> Iterator[tuple[str, ast.Module]]:
    for path in files(root, ".py"):
        if path.relative_to(root).parts[0] == folder:
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text("utf-8"))


def bare_imports(root: Path) -> list[str]:
    """Which modules of the bare machine import what it does not have? Standard library and each other only.

    `__main__` may import the command line: it does so after the environment has been entered.
    """
    allowed = set(sys.stdlib_module_names) | {f"gisgrid.{name}" for name in BARE}
    faults = []
    for name in BARE:
        path = root / "gisgrid" / f"{name}.py"
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for module in _imported(node):
                known = module in allowed or module.partition(".")[0] in sys.stdlib_module_names
                if not known and (name, module) != ("__main__", "gisgrid.cli.main"):
                    faults.append(f"gisgrid/{name}.py:{node.lineno}: imports {module}")  # type: ignore[attr-defined]
    return faults


def _imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports; `from gisgrid import x` counts as gisgrid.x."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        whole = node.module in ("gisgrid", "gisgrid.cli")
        return [f"{node.module}.{name.name}" for name in node.names] if whole else [node.module]
    return []


def old_python(root: Path) -> list[str]:
    """Can an old Python read the first file, to say which one is needed?"""
    path = root / "gisgrid" / f"{ANY_PYTHON}.py"
    text = path.read_text("utf-8")
    try:
        ast.parse(text, feature_version=(3, 4))
    except SyntaxError as error:
        return [f"gisgrid/{ANY_PYTHON}.py:{error.lineno}: {error.msg}"]
    joined = [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.JoinedStr)]
    return [f"gisgrid/{ANY_PYTHON}.py:{line}: an f-string" for line in joined]


def empty_names(root: Path) -> list[str]:
    """Which modules have a name that says nothing?"""
    return [
        f"{path.relative_to(root)}: {path.stem} says nothing"
        for path in files(root, ".py", ".ts", ".tsx", ".sql")
        if path.stem.lower().strip("_") in EMPTY_NAMES
    ]


def dodged_circles(root: Path) -> list[str]:
    """Which functions import from the house? Only the first file may, what it needs is not there before, and verbs,
    which start at once so: nothing imports them, so no circle is dodged.
    """
    faults = []
    for name, module in _modules(root):
        functions = [n for n in ast.walk(module) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        for statement in (inner for function in functions for inner in ast.walk(function)):
            if not name.startswith(("gisgrid/__main__.py", "gisgrid/cli/")) and any(
                m.startswith("gisgrid") for m in _imported(statement)
            ):
                faults.append(f"{name}:{statement.lineno}: an import inside a function")  # type: ignore[attr-defined]
    return faults


def docstrings(root: Path) -> list[str]:
    """Which modules, public classes and functions say nothing, too much, or what the types say already?"""
    faults = []
    for name, module in _modules(root):
        for where, node in _public(name, module):
            text = ast.get_docstring(node) or ""
            if not text:
                faults.append(f"{where}: no docstring")
            elif len(text.splitlines()) > LONGEST_DOCSTRING and not isinstance(node, ast.Module):
                faults.append(f"{where}: a docstring of {len(text.splitlines())} lines")
            elif ":param" in text or ":return" in text:
                faults.append(f"{where}: the types say that already")
    return faults


Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(name: str, module: ast.Module) -> Iterator[tuple[str, Documented]]:
    yield name, module
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield f"{name}:{node.lineno} {node.name}", node
            for inner in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                    yield f"{name}:{inner.lineno} {node.name}.{inner.name}", inner


def read_at_import(root: Path) -> list[str]:
    """Which modules read settings or the environment when they are imported, instead of being given them?"""
    faults = []
    for name, module in _modules(root):
        for node in _at_import(module):
            words = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if words.endswith(("read_settings", "getenv")) or _is_environ(node):
                faults.append(f"{name}:{node.lineno}: reads settings at import")  # type: ignore[attr-defined]
    return faults


def _is_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _at_import(module: ast.Module) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: all but the insides of functions."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


_WAITING = (".transaction", ".reading", ".begin", ".connect")


def blocking_handlers(root: Path) -> list[str]:
    """Which coroutines open a transaction? psycopg2 blocks, so what touches the database is a plain `def`."""
    faults = []
    for name, module in _modules(root):
        coroutines = [node for node in ast.walk(module) if isinstance(node, ast.AsyncFunctionDef)]
        for node in (inner for coroutine in coroutines for inner in ast.walk(coroutine)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(_WAITING):
                faults.append(f"{name}:{node.lineno}: waits for the database and holds everybody up")
    return faults
