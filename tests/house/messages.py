"""Which sentences can the source say to people when something is wrong? Long because it follows them through the code.

A template is a sentence as an f-string has it, with `{}` for a value and `{!r}` for a quoted one. What a variable
holds is followed to its assignments, a parameter to its callers, a function to what it returns.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

SAYS: dict[str, tuple[int, ...]] = {
    "Fault": (1, 2),
    "Finding": (4, 5),
    "BadCell": (0, 1),
    "fault": (2, 3),
    "fault_together": (2, 3),
    "Unfit": (0, 1),
    "Fault311": (1,),
}
"""Who takes a sentence for people, and as which of its arguments."""
KEYWORDS = {"Fault": ("field", "message", "remedy"), "Finding": ("", "", "", "", "message", "remedy")}
OWN_CHINESE = {"Fault": 4}
"""With so many arguments it brings the Chinese that SQL says."""
CARRIED = {"message", "remedy", "message_zh", "remedy_zh"}
PROPERTIES = {"sentence"}
HOLE, QUOTED, ELSEWHERE = "{}", "{!r}", "{:elsewhere}"
"""A value; one in quotation marks; the sentence of another fault, which is looked for where it was made."""
DEEPEST = 6
Function = ast.FunctionDef | ast.AsyncFunctionDef
Pieces = tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """Where a name is looked up: a module, and the functions around the place, the innermost last."""

    module: str
    functions: tuple[Function, ...] = ()


@dataclass
class Said:
    """The sentences of a tree: templates and the sentences within them by place, and what could not be followed."""

    templates: dict[str, str] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    unknown: dict[str, str] = field(default_factory=dict)


class Source:
    """The package as trees, with what is defined and called in it."""

    def __init__(self, root: Path) -> None:
        paths = sorted((root / "gisgrid").rglob("*.py"))
        self.trees = {path.relative_to(root).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}
        self.functions: dict[str, list[tuple[Scope, Function, bool]]] = defaultdict(list)
        self.calls: dict[str, list[tuple[Scope, ast.Call]]] = defaultdict(list)
        self.constants: dict[str, list[tuple[Scope, ast.expr]]] = defaultdict(list)
        self.within: dict[int, set[str]] = {}
        for name, tree in self.trees.items():
            self._read(tree, Scope(name), in_class=False)

    def _read(self, node: ast.AST, scope: Scope, *, in_class: bool) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, Function):
                self.functions[child.name].append((scope, child, in_class))
                inner = Scope(scope.module, (*scope.functions, child))
            elif isinstance(child, ast.Call):
                self.calls[_name_of(child.func)].append((scope, child))
            elif isinstance(child, ast.Assign | ast.AnnAssign) and not scope.functions and child.value:
                for target in child.targets if isinstance(child, ast.Assign) else [child.target]:
                    if isinstance(target, ast.Name):
                        self.constants[target.id].append((scope, child.value))
            self._read(child, inner, in_class=isinstance(child, ast.ClassDef))


def _name_of(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


class Reader:
    """Follows expressions to the sentences that they can be."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts: set[Pieces] = set()

    def read(self, expr: ast.expr, scope: Scope, index: int | None = None, depth: int = 0) -> set[Pieces]:
        """The sentences that this expression can be; with `index` the ones at this place of a tuple."""
        if depth > DEEPEST:
            return {(HOLE,)}
        if isinstance(expr, ast.Call):
            return self._called(expr, scope, index, depth + 1)
        if isinstance(expr, ast.Name | ast.Attribute | ast.Subscript):
            return self._held(expr, scope, index, depth + 1)
        return self._written(expr, scope, index, depth + 1)

    def _written(self, expr: ast.expr, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        match expr:
            case ast.Constant(value=str(text)) if index is None:
                return {(text.replace("{", "{{").replace("}", "}}"),)}
            case ast.Constant(value=None):
                return set()
            case ast.JoinedStr(values=values):
                return {tuple(piece for part in values for piece in self._part(part, scope, depth))}
            case ast.IfExp(body=body, orelse=orelse):
                return self._any([body, orelse], scope, index, depth)
            case ast.BoolOp(values=values):
                return self._any(values, scope, index, depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                pairs = product(self.read(left, scope, None, depth), self.read(right, scope, None, depth))
                return {first + second for first, second in pairs}
            case ast.Tuple(elts=elts) if index is not None and index < len(elts):
                return self.read(elts[index], scope, None, depth)
            case ast.List() | ast.ListComp() if index is not None:
                return self.items(expr, scope, index, depth)
            case ast.NamedExpr(value=value):
                return self.read(value, scope, index, depth)
        return {(HOLE,)}

    def _held(self, expr: ast.expr, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        match expr:
            case ast.Attribute(attr=attr) if attr in CARRIED:
                return {(ELSEWHERE,)}
            case ast.Attribute(attr=attr) if attr in PROPERTIES:
                return self._returned(attr, scope, index, depth)
            case ast.Attribute(attr=attr) if attr.isupper():
                return self._constant(attr, scope, index, depth)
            case ast.Subscript(value=ast.Name(id=name)) if name in self.source.constants:
                return self._values(name, scope, index, depth)
            case ast.Subscript(value=ast.Dict(values=values)):
                return self._any(values, scope, index, depth)
            case ast.Name(id=name):
                return self._name(name, scope, index, depth)
        return {(HOLE,)}

    def _called(self, call: ast.Call, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        match call:
            case ast.Call(func=ast.Attribute(value=value, attr="rstrip")):
                return self.read(value, scope, index, depth)
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return {tuple(_unescaped(piece) for piece in one) for one in self.read(value, scope, None, depth)}
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=args) if (
                name in self.source.constants
            ):
                return self._values(name, scope, index, depth) | self._any(args[1:], scope, index, depth)
        name = _name_of(call.func)
        if name in self.source.functions and not hasattr(str, name):
            return self._returned(name, scope, index, depth)
        return {(HOLE,)}

    def _any(self, expressions: list[ast.expr], scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        return set().union(*(self.read(one, scope, index, depth) for one in expressions))

    def _part(self, part: ast.expr, scope: Scope, depth: int) -> Pieces:
        if isinstance(part, ast.Constant):
            return (str(part.value).replace("{", "{{").replace("}", "}}"),)
        assert isinstance(part, ast.FormattedValue)
        self.parts |= self.read(part.value, scope, None, max(depth, DEEPEST - 3))
        return (QUOTED if part.conversion == ord("r") else HOLE,)

    def _values(self, name: str, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        places = self.source.constants[name]
        found: set[Pieces] = set()
        for home, value in [one for one in places if one[0].module == scope.module] or places:
            if isinstance(value, ast.Dict):
                found = found.union(*(self.read(one, home, index, depth) for one in value.values))
        return found or {(HOLE,)}

    def _constant(self, name: str, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        places = self.source.constants.get(name, [])
        own = [place for place in places if place[0].module == scope.module]
        found = [self.read(value, home, index, depth) for home, value in own or places]
        return set().union(*found) if found else {(HOLE,)}

    def _returned(
        self, name: str, scope: Scope, index: int | None, depth: int, *, of_items: bool = False
    ) -> set[Pieces]:
        places = self.source.functions[name]
        own = [place for place in places if place[0].module == scope.module]
        found: set[Pieces] = set()
        for home, function, _ in own or places:
            inner = Scope(home.module, (*home.functions, function))
            for node in _own_nodes(function):
                if isinstance(node, ast.Return) and node.value is not None and of_items:
                    found |= self.items(node.value, inner, index, depth)
                elif isinstance(node, ast.Return | ast.Yield) and node.value is not None:
                    found |= self.read(node.value, inner, index, depth)
                elif isinstance(node, ast.YieldFrom):
                    found |= self.items(node.value, inner, index, depth)
        return found or {(HOLE,)}

    def items(self, iterable: ast.expr, scope: Scope, index: int | None = None, depth: int = 0) -> set[Pieces]:
        """The sentences at this place of what an iterable gives."""
        match iterable:
            case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt) | ast.SetComp(elt=elt):
                return self.read(elt, scope, index, depth)
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return set().union(*(self.read(elt, scope, index, depth) for elt in elts))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="values" | "items" as which)):
                place = None if which == "items" and index == 1 else index
                return self._name(name, scope, place, depth, of_items=True)
            case ast.Call(func=func) if _name_of(func) in self.source.functions:
                return self._returned(_name_of(func), scope, index, depth, of_items=True)
            case ast.Name(id=name):
                return self._name(name, scope, index, depth, of_items=True)
        return {(HOLE,)}

    def _name(self, name: str, scope: Scope, index: int | None, depth: int, *, of_items: bool = False) -> set[Pieces]:
        for n in range(len(scope.functions), 0, -1):
            inner = Scope(scope.module, scope.functions[:n])
            found = self._assigned(name, inner, index, depth, of_items=of_items)
            if found is not None:
                return found
            found = self._given(name, inner, index, depth)
            if found is not None:
                return found
        return (
            self._constant_items(name, scope, index, depth) if of_items else self._constant(name, scope, index, depth)
        )

    def _constant_items(self, name: str, scope: Scope, index: int | None, depth: int) -> set[Pieces]:
        found: set[Pieces] = set()
        for home, value in self.source.constants.get(name, []):
            if home.module == scope.module and isinstance(value, ast.Dict):
                found = found.union(*(self.read(one, home, index, depth) for one in value.values))
            elif home.module == scope.module:
                found |= self.items(value, home, index, depth)
        return found or {(HOLE,)}

    def _assigned(
        self, name: str, scope: Scope, index: int | None, depth: int, *, of_items: bool
    ) -> set[Pieces] | None:
        """What this function puts into the name, or with `of_items` into the collection of that name."""
        nodes = list(_own_nodes(scope.functions[-1]))
        bound = [(value, each, place) for node in nodes for value, each, place in _bound(node, name)]
        if not bound:
            return None
        found: set[Pieces] = set()
        for value, each, place in bound:
            found |= self._taken(value, scope, place if place >= 0 else index, depth, each=each, of_items=of_items)
        for value in (one for node in nodes for one in _added(node, name)):
            if of_items:
                found |= self.items(value, scope, index, depth)
            else:
                more = self.read(value, scope, None, depth)
                found |= {first + second for first, second in product(found, more)}
        if of_items:
            for value in (one for node in nodes for one in _appended(node, name)):
                found |= self.read(value, scope, index, depth)
        return found

    def _taken(
        self, value: ast.expr, scope: Scope, index: int | None, depth: int, *, each: bool, of_items: bool
    ) -> set[Pieces]:
        if of_items and isinstance(value, ast.Dict):
            return self._any(value.values, scope, index, depth)
        if each or (of_items and isinstance(value, ast.ListComp | ast.GeneratorExp | ast.List)):
            return self.items(value, scope, index, depth)
        return self.read(value, scope, index, depth)

    def _given(self, name: str, scope: Scope, index: int | None, depth: int) -> set[Pieces] | None:
        """What callers give for this parameter; None: it is none."""
        function = scope.functions[-1]
        arguments = [*function.args.posonlyargs, *function.args.args]
        names = [one.arg for one in arguments]
        only = [one.arg for one in function.args.kwonlyargs]
        if name not in names + only:
            return None
        found: set[Pieces] = set()
        home = [one for one in self.source.functions[function.name] if one[1] is function]
        shift = 1 if home and home[0][2] and names and names[0] in ("self", "cls") else 0
        calls = self.source.calls.get(function.name, [])
        if len(self.source.functions[function.name]) > 1:
            calls = [one for one in calls if one[0].module == scope.module]
        for place, call in calls:
            given = next((one.value for one in call.keywords if one.arg == name), None)
            if given is None and name in names:
                at = names.index(name) - shift
                given = call.args[at] if 0 <= at < len(call.args) else None
                first = call.args[0] if call.args else None
                if isinstance(first, ast.Starred):
                    given = None
                    found |= self.read(first.value, place, at, depth)
            if given is not None:
                found |= self.read(given, place, index, depth)
        defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
        if name in defaults:
            found |= self.read(defaults[name], scope, index, depth)
        return found or {(HOLE,)}


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of this function, without those of functions within it, in the order of the text."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, Function):
            yield from _own_nodes(child)


def _bound(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, bool, int]]:
    """What is assigned to this name; True where it is each item; its place where it is one of a tuple, else -1."""
    for target, value, each in _bindings(node):
        if isinstance(target, ast.Name) and target.id == name:
            yield value, each, -1
        elif isinstance(target, ast.Tuple):
            names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
            if name in names:
                yield value, each, names.index(name)


def _added(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What `name += ...` adds."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
        yield node.value


def _appended(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What `name.append(...)` adds, or `name.setdefault(key, ...)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append" | "setdefault"), args=[*_, last]):
            if owner == name:
                yield last


def _unescaped(piece: str) -> str:
    return piece.replace("{{", "{").replace("}}", "}")


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Targets and values of an assignment; True where the target is each item of the value."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Subscript):
                    continue
                yield target, value, False
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield target, value, False
        case ast.For(target=target, iter=iterable) | ast.comprehension(target=target, iter=iterable):
            yield target, iterable, True


def said(root: Path) -> Said:
    """What can this tree say to people when something is wrong?"""
    source = Source(root)
    reader = Reader(source)
    found = Said()
    for scope, call, expr, index in _spoken(source):
        items = isinstance(expr, ast.Starred) and index is None
        value = expr.value if isinstance(expr, ast.Starred) else expr
        for pieces in reader.items(value, scope) if items else reader.read(value, scope, index):
            if pieces and all(piece in (HOLE, QUOTED) for piece in pieces):
                found.unknown.setdefault(f"{scope.module}: {ast.unparse(expr)}", f"{scope.module}:{call.lineno}")
            for template in sentences(pieces):
                found.templates.setdefault(template, f"{scope.module}:{call.lineno}")
    found.parts = {one for pieces in reader.parts for one in sentences(pieces)}
    return found


def _spoken(source: Source) -> Iterator[tuple[Scope, ast.Call, ast.expr, int | None]]:
    """Every expression that is said to people, with its place where it is a tuple's."""
    for name, places in SAYS.items():
        for scope, call in source.calls.get(name, []):
            for place in places if len(call.args) < OWN_CHINESE.get(name, 99) else ():
                yield from ((scope, call, *one) for one in _argument(call, name, place))
    for name in ("replace", "append", "ValueError"):
        for scope, call in source.calls.get(name, []):
            yield from ((scope, call, expr, None) for expr in _other(call, scope.module))


def _other(call: ast.Call, module: str) -> Iterator[ast.expr]:
    """What is said otherwise: a changed fault, a sentence in a list of faults, what pydantic passes on."""
    match call:
        case ast.Call(func=ast.Name(id="replace"), keywords=keywords):
            yield from (one.value for one in keywords if one.arg in ("message", "remedy"))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="faults")), args=[ast.JoinedStr() | ast.Constant() as text]):
            yield text
        case ast.Call(func=ast.Name(id="ValueError"), args=[text]) if module.startswith("gisgrid/api/"):
            yield text


def _argument(call: ast.Call, name: str, place: int) -> Iterator[tuple[ast.expr, int | None]]:
    named = KEYWORDS.get(name, ())
    for one in call.keywords:
        if place < len(named) and one.arg == named[place]:
            yield one.value, None
            return
    for at, given in enumerate(call.args[: place + 1]):
        if isinstance(given, ast.Starred):
            yield given, None if name == "Fault311" else place - at
            return
    if place < len(call.args):
        yield call.args[place], None


def sentences(pieces: Pieces) -> set[str]:
    """The templates of these pieces: one a sentence, as `; ` divides them; values that touch are one value."""
    joined: list[str] = []
    for piece in pieces:
        value = HOLE if piece == ELSEWHERE else piece
        if value in (HOLE, QUOTED) and joined and joined[-1] in (HOLE, QUOTED):
            joined[-1] = HOLE
        elif value:
            joined.append(value)
    return set("".join(joined).split("; ")) - {HOLE, QUOTED, ""}
