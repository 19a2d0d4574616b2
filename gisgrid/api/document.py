"""What does /openapi.json say beside what FastAPI reads off the handlers? Names, secrets, words, examples, problems."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from gisgrid.api.alarms import DeviceRoute
from gisgrid.api.answers import WHY, Problem
from gisgrid.api.problems import MEDIA_TYPE
from gisgrid.api.session import COOKIE, SignedInRoute, current_caller
from gisgrid.settings import PACKAGE

Json = dict[str, Any]
FIELDS = PACKAGE / "api" / "fields.toml"
"""What a field or parameter of a name means, wherever no model says it; `Model.field` is meant before `field`."""
EXAMPLES = PACKAGE / "api" / "examples.json"
"""Answers that a service gave about the invented sample district (`python -m tests.api.examples`)."""
SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "the secret of an account"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "set by `POST /api/v1/sessions`"},
    "device": {"type": "http", "scheme": "bearer", "description": "the token of a device: `gisgrid device token CODE`"},
    "phone": {"type": "apiKey", "in": "query", "name": "id", "description": "of a phone: `gisgrid patrol token NAME`"},
}
ACCOUNT: list[Json] = [{"bearer": []}, {"cookie": []}]


def name_operation(route: APIRoute) -> str:
    """The operationId: what the handler is called, as `createReport`."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)


def describe(app: FastAPI, own_rules: Sequence[APIRouter], facts: Sequence[APIRouter]) -> None:
    """Make the app's own document whole, once, when somebody asks for it first.

    The routers of `facts` are open to strangers unless a setting closes them; those of `own_rules` say so themselves.
    """
    write = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            document = write()
            _add_problems(document)
            document["components"]["securitySchemes"] = SCHEMES
            _add_secrets(document, own_rules, are_facts=False)
            _add_secrets(document, facts, are_facts=True)
            _add_words(document)
            _add_examples(document)
        return write()

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: Json) -> Iterator[Json]:
    """Every operation of a document."""
    for methods in document["paths"].values():
        yield from methods.values()


def _add_problems(document: Json) -> None:
    """Every 4xx and 5xx is a problem document, FastAPI's 422 too; a body may be unreadable, too large, too much."""
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    own = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= own.pop("$defs") | {"Problem": own}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operation in operations(document):
        if "requestBody" in operation:
            operation["responses"] = {"400": {}, "413": {}, "507": {}} | operation["responses"]
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                answer |= {"description": WHY[int(status)], "content": content}


def _add_secrets(document: Json, routers: Sequence[APIRouter], *, are_facts: bool) -> None:
    """Which doors want a secret, which take one, and of what kind; `{}` is nobody in particular."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    for route in routes:
        found = _secrets_of(route, is_fact=are_facts)
        for method in (route.methods or ()) if found and route.include_in_schema else ():
            document["paths"][route.path_format][method.lower()]["security"] = found


def _secrets_of(route: APIRoute, *, is_fact: bool) -> list[Json]:
    if isinstance(route, DeviceRoute):
        return [{"device": []}]
    if isinstance(route, SignedInRoute):
        return ACCOUNT
    asks_who = any(each.call is current_caller for each in _all_of(route.dependant))
    return [{}, *ACCOUNT] if is_fact or asks_who else []


def _all_of(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each
        yield from _all_of(each)


def _add_words(document: Json) -> None:
    words = _words()
    for model, schema in document["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            field.setdefault("description", words.get(f"{model}.{name}", words.get(name)))
    for operation in operations(document):
        for parameter in operation.get("parameters", []):
            if "description" not in parameter and "description" not in parameter["schema"]:
                path = f"{operation['operationId']}.{parameter['name']}"
                parameter["description"] = words.get(path, words.get(parameter["name"]))


@cache
def _words() -> dict[str, str]:
    return tomllib.loads(FIELDS.read_text(encoding="utf-8"))


def _add_examples(document: Json) -> None:
    kept: Json = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operation in operations(document):
        example = kept.get(operation["operationId"], {})
        if "request" in example:
            _put_example(operation["requestBody"], example["request"])
        for status, answer in example.get("answers", {}).items():
            _put_example(operation["responses"][status], answer)


def _put_example(part: Json, value: Any) -> None:
    for kind, content in part["content"].items():
        if kind.endswith("json") and not kind.endswith("ndjson"):
            content["example"] = value
