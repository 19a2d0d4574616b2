"""/openapi.json is whole: a door has a speaking name and says whose secret it wants, a field says what it is."""

import json
import re
import tomllib
from functools import cache
from typing import Any

import jsonschema_rs

from gisgrid.api.document import EXAMPLES, FIELDS, operations
from tests.api.doors import document as write_document
from tests.api.examples import NOT_JSON

Json = dict[str, Any]
NAME = re.compile(r"[a-z]+([A-Z][a-z0-9]*)+")
OPEN = {
    *("getHealth", "getReadiness", "getConfig", "createSession", "deleteSession", "beginOpenid", "finishOpenid"),
    *("getUnsubscribe", "createUnsubscribe"),
}
"""Doors that ask nobody who he is; those of a report have its own secret as a header, or in a link."""


@cache
def _text() -> str:
    return json.dumps(write_document(), ensure_ascii=False)


def document() -> Json:
    """The app's own document, to be altered at will."""
    found: Json = json.loads(_text())
    return found


def undescribed(found: Json) -> list[str]:
    """The fields and parameters that say nothing of themselves."""
    fields = [
        f"{model}.{name}"
        for model, schema in found["components"]["schemas"].items()
        for name, field in schema.get("properties", {}).items()
        if not field.get("description")
    ]
    return fields + [
        f"{operation['operationId']}.{each['name']}"
        for operation in operations(found)
        for each in operation.get("parameters", [])
        if not (each.get("description") or each["schema"].get("description"))
    ]


def wrong_examples(found: Json, kept: Json) -> list[str]:
    """The examples that the document's own schemas refuse, and the doors of JSON that have none."""
    faults = []
    for operation in operations(found):
        name = operation["operationId"]
        example = kept.get(name)
        if example is None:
            faults += [] if name in NOT_JSON else [f"{name}: none"]
            continue
        parts = [(operation["responses"].get(status, {}), answer) for status, answer in example["answers"].items()]
        if "request" in example:
            parts.append((operation["requestBody"], example["request"]))
        for part, value in parts:
            contents = list(part.get("content", {}).values())
            if not contents or "schema" not in contents[0]:
                faults.append(f"{name}: not declared")
                continue
            schema = contents[0]["schema"] | {"components": found["components"]}
            faults += [f"{name}: {fault.message}" for fault in jsonschema_rs.validator_for(schema).iter_errors(value)]
    return faults


def test_every_door_has_a_speaking_name_of_its_own() -> None:
    names = [operation["operationId"] for operation in operations(document())]
    assert len(set(names)) == len(names)
    assert not [name for name in names if not NAME.fullmatch(name)]
    assert {"createReport", "getTicket", "getArea", "publishChangeset"} <= set(names)


def test_every_door_says_whose_secret_it_wants() -> None:
    found = document()
    unsaid = {
        operation["operationId"]
        for operation in operations(found)
        if "security" not in operation
        and not any(each["name"] == "x-report-secret" for each in operation.get("parameters", []))
    }
    assert unsaid == OPEN
    by_name = {operation["operationId"]: operation.get("security") for operation in operations(found)}
    assert by_name["createReport"] == by_name["getTickets"] == [{}, {"bearer": []}, {"cookie": []}]
    assert by_name["setPlace"] == [{"bearer": []}, {"cookie": []}]
    assert by_name["createAlarm"] == [{"device": []}]


def test_every_field_says_what_it_is() -> None:
    assert undescribed(document()) == []


def test_every_word_describes_something() -> None:
    words = tomllib.loads(FIELDS.read_text(encoding="utf-8"))
    said = _text()
    assert not [name for name, word in words.items() if json.dumps(word, ensure_ascii=False) not in said]


def test_a_field_without_words_is_found() -> None:
    found = document()
    del found["components"]["schemas"]["Receipt"]["properties"]["number"]["description"]
    assert undescribed(found) == ["Receipt.number"]


def test_every_example_is_an_answer_of_its_door() -> None:
    assert wrong_examples(document(), json.loads(EXAMPLES.read_text(encoding="utf-8"))) == []


def test_an_example_that_is_no_answer_is_found() -> None:
    kept = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    kept["createReport"]["answers"]["201"]["number"] = 7
    del kept["getCounters"]
    faults = wrong_examples(document(), kept)
    assert len(faults) == 2 and faults[0].startswith("createReport") and faults[1] == "getCounters: none"
