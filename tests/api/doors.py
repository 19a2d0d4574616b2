"""Every door of the OpenAPI document: a request that it takes, and the places in it where something else can go.

Made from the document, so a door that is built tomorrow is tried by the tests that use this.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from gisgrid.api.app import create_app
from gisgrid.settings import Settings

Json = dict[str, Any]
ENDLESS = ("/api/v1/events",)
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> Json:
    """The OpenAPI document of the app, which needs no database for it; made once, a second of CPU."""
    return create_app(Settings(), "postgresql+psycopg2://nobody@/nowhere").openapi()


@dataclass(frozen=True)
class Raw:
    """Something to send as it stands: bytes of JSON in a body, percent-encoded bytes in an address."""

    json: bytes
    text: bytes


@dataclass(frozen=True)
class Slot:
    """A place in a request: a parameter (`path`, `query`, `header`), or one in the body, by the way to it."""

    where: str
    way: tuple[Any, ...]
    schema: Json = field(hash=False, compare=False)

    @property
    def name(self) -> str:
        """The name of the parameter or property (of a list: the list's; of a body that is a list: `body`)."""
        return str(next((part for part in reversed(self.way) if isinstance(part, str)), "body"))


@dataclass(frozen=True)
class Request:
    """What to send."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """One operation of the document; `known` holds real values by the name of a parameter or property."""

    method: str
    path: str
    operation: Json
    document: Json

    @property
    def label(self) -> str:
        """As the document has it."""
        return f"{self.method.upper()} {self.path}"

    def slots(self) -> list[Slot]:
        """Every place that takes a value."""
        found = [Slot(p["in"], (p["name"],), p["schema"]) for p in self.operation.get("parameters", [])]
        schema = self.body_schema()
        return found + (list(self._leaves(schema, ())) if schema else [])

    def body_schema(self) -> Json | None:
        """What its body in JSON holds; None where it takes none."""
        content = self.operation.get("requestBody", {}).get("content", {})
        media = content.get("application/json")
        return self.resolve(media["schema"]) if media else None

    def resolve(self, schema: Json) -> Json:
        """The schema itself, where this only names it, or the first that is not null of several."""
        if "$ref" in schema:
            return self.resolve(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                kinds = [kind for kind in schema[several] if kind.get("type") != "null"]
                return self.resolve(kinds[0]) if kinds else {}
        return schema

    def example(self, schema: Json, name: str, known: Mapping[str, Any]) -> Any:
        """A value that the schema allows: the known one of this name first."""
        schema = self.resolve(schema)
        if name in known:
            return known[name]
        for given in ("default", "const", "example"):
            if schema.get(given) is not None:
                return schema[given]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                required = schema.get("required", [])
                inside = schema.get("properties", {})
                return {key: self.example(inside[key], key, known) for key in inside if key in required or key in known}
            case "array":
                return [self.example(schema.get("items", {}), name, known)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return "2026-05-01T08:00:00+08:00" if schema.get("format") == "date-time" else "x"

    def request(self, known: Mapping[str, Any], put: Mapping[Slot, Any] | None = None) -> Request:
        """A request that is right by the document, but for what is `put` into its slots."""
        put = put or {}
        inside = {slot: self._value(slot, known, put) for slot in self.slots() if slot.where != "body"}
        url = self.path
        for slot, value in inside.items():
            if slot.where == "path":
                url = url.replace("{" + slot.name + "}", _in_address(value))
        asked = {
            slot.way[0]: value
            for slot, value in inside.items()
            if slot.where == "query" and (slot in put or slot.way[0] in known or self._is_required(slot))
        }
        if asked:
            url += "?" + "&".join(f"{name}={_in_address(value)}" for name, value in asked.items())
        headers = {s.way[0]: str(v) for s, v in inside.items() if s.where == "header" and s.way[0] in known}
        schema = self.body_schema()
        if schema is None:
            return Request(self.method, url, None, headers)
        body = self.example(schema, "", known)
        for slot, value in put.items():
            if slot.where == "body":
                body = _with(body, slot.way, value)
        return Request(self.method, url, _dump(body), {**headers, "Content-Type": "application/json"})

    def _value(self, slot: Slot, known: Mapping[str, Any], put: Mapping[Slot, Any]) -> Any:
        return put[slot] if slot in put else self.example(slot.schema, slot.name, known)

    def _is_required(self, slot: Slot) -> bool:
        return any(p["name"] == slot.way[0] and p.get("required") for p in self.operation["parameters"])

    def _leaves(self, schema: Json, way: tuple[Any, ...]) -> Iterator[Slot]:
        schema = self.resolve(schema)
        if way:
            yield Slot("body", way, schema)
        if len(way) > 4:
            return
        for name, inner in schema.get("properties", {}).items():
            yield from self._leaves(inner, (*way, name))
        if schema.get("type") == "array" and "items" in schema:
            yield from self._leaves(schema["items"], (*way, 0))


def doors(told: Json | None = None) -> list[Door]:
    """Every door that answers and ends."""
    told = told or document()
    return [
        Door(method, path, operation, told)
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and path not in ENDLESS
    ]


def _in_address(value: Any) -> str:
    if isinstance(value, Raw):
        return quote(value.text, safe="")
    if isinstance(value, list):
        return ",".join(map(_in_address, value))
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def _with(body: Any, way: tuple[Any, ...], value: Any) -> Any:
    """The body with this value at the end of the way; what lacks on the way is made."""
    if not way:
        return value
    head, rest = way[0], way[1:]
    if isinstance(head, int):
        return [_with(body[0] if isinstance(body, list) and body else None, rest, value)]
    held = body if isinstance(body, dict) else {}
    return {**held, head: _with(held.get(head), rest, value)}


def _dump(value: Any) -> bytes:
    if isinstance(value, Raw):
        return value.json
    if isinstance(value, dict):
        return b"{" + b",".join(json.dumps(key).encode() + b":" + _dump(item) for key, item in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_dump, value)) + b"]"
    return json.dumps(value).encode()
