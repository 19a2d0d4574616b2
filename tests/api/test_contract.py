"""schemathesis asks every door of the OpenAPI document what it may and may not be asked; answers hold the document.

Every check of schemathesis that looks at one answer is on, but for `positive_data_acceptance`: a schema cannot say
which code is in use, that a swapped pair is refused or when a place is in the district, and what breaks such a rule
is answered 422. Sequences of calls (its stateful checks) are left to the tests of the workflow.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from tests.api.conftest import District
from tests.api.doors import Door, doors
from tests.thorough import THOROUGH

EXAMPLES = 10 if THOROUGH else 4
Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Any]
OFF: list[Any] = [checks.positive_data_acceptance]


def _modes(door: Door) -> list[GenerationMode]:
    """What may be asked; and what may not, unless all that the door takes is words in its path."""
    can_be_wrong = any(slot.where in ("query", "body") for slot in door.slots())
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if can_be_wrong else [])]


ASKED = [pytest.param(door.label, mode, id=f"{door.label}-{mode.value}") for door in doors() for mode in _modes(door)]


def _is_path_wrong(case: Case) -> bool:
    """Is it the path that may not be asked so? Something real in it would be right."""
    found = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    return found is not None and found.mode.is_negative


@pytest.fixture(scope="module")
def operations(district: District) -> Iterator[dict[str, Operation]]:
    """The operations of the document that the app itself serves, over the district's database."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", district.app_again())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert {operation.label for operation in found} >= {door.label for door in doors()}
    yield {operation.label: operation for operation in found}
    asgi.shutdown_lifespans()


@pytest.mark.parametrize("name", ["", "boss"], ids=["stranger", "admin"])
@pytest.mark.parametrize(("door", "mode"), ASKED)
def test_answers_hold_what_the_document_says(
    door: str,
    mode: GenerationMode,
    name: str,
    district: District,
    known: dict[str, Any],
    operations: dict[str, Operation],
) -> None:
    headers = {"Authorization": f"Bearer {district.secrets[name]}"} if name else {}

    @hypothesis_settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operations[door].as_strategy(generation_mode=mode), is_real=st.booleans())
    def ask(case: Case, is_real: bool) -> None:
        if is_real and not _is_path_wrong(case):  # so that more than refusals is looked at
            case.path_parameters = _real(case.path_parameters, known)
            if mode.is_positive:
                case.query = _real(case.query, known)
        case.call_and_validate(headers=headers, excluded_checks=OFF)

    ask()


def _real(given: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with known values of their types."""
    return {key: type(value)(known[key]) if key in known else value for key, value in (given or {}).items()}
