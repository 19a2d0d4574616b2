"""Many reports at once, of a program that collected them: each is accepted or refused alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gisgrid.access import Caller
from gisgrid.api.answers import Answer, Problem, Receipt, problems
from gisgrid.api.problems import problem_body, read_faults, sayable, status_of
from gisgrid.api.reports import ReportBody, read_report, told
from gisgrid.api.session import CurrentCaller, CurrentDatabase, SignedInRoute
from gisgrid.api.values import PlainText
from gisgrid.database import Database
from gisgrid.errors import Fault, GisgridError, Unavailable
from gisgrid.settings import Settings
from gisgrid.tickets.intake import receive
from gisgrid.tickets.sources import check_source

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=SignedInRoute)
MOST_REPORTS = 500


class BatchReport(ReportBody):
    """A report with a key of its own, so that the batch can be sent again."""

    client_ref: Annotated[PlainText, Field(min_length=1)]


class BatchBody(BaseModel):
    """Up to 500 reports."""

    model_config = ConfigDict(extra="forbid")

    reports: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MOST_REPORTS,
        description="each as the body of POST /api/v1/reports, client_ref needed; a wrong one is answered for itself",
    )


def unless(why: str) -> Any:
    """A field of a result that is absent in the other case."""
    return Field(default_factory=lambda: None, description=f"absent where {why}")


class BatchItem(Answer):
    """The result of one report, in the order in which the reports were sent: its receipt, or its faults."""

    client_ref: str | None = Field(description="as it was sent; null where none could be read")
    status: int = Field(description="201 a new ticket, 200 the same as before, else as the problem says")
    receipt: Receipt = unless("there is a problem")
    problem: Problem = unless("there is a receipt")


class BatchAnswer(Answer):
    """One result a report."""

    results: list[BatchItem]


@router.post("/batch", response_model=BatchAnswer, response_model_exclude_unset=True, responses=problems(400, 401, 413))
def create_reports(body: BatchBody, caller: CurrentCaller, database: CurrentDatabase, request: Request) -> BatchAnswer:
    """Up to 500 reports, each in a transaction of its own: a wrong report undoes no other, and all can be sent again.

    If the database stops answering, the other reports are not tried: 503, send them again.
    """
    results: list[BatchItem] = []
    gone: GisgridError | None = None
    for given in body.reports:
        ref = given.get("client_ref")
        said = sayable(ref) if isinstance(ref, str) else None
        try:
            if gone is not None:
                raise gone
            status, receipt = _receive(database, given, caller, request.app.state.settings)
            results.append(BatchItem(client_ref=said, status=status, receipt=receipt))
        except GisgridError as error:
            gone = error if isinstance(error, Unavailable) else None
            results.append(_refused(said, status_of(error), error.title, error.faults))
        except ValidationError as error:
            results.append(_refused(said, 422, "Refused", read_faults(error)))
    return BatchAnswer(results=results)


def _refused(client_ref: str | None, status: int, title: str, faults: tuple[Fault, ...]) -> BatchItem:
    problem = Problem.model_validate(problem_body(status, title, faults))
    return BatchItem(client_ref=client_ref, status=status, problem=problem)


def _receive(database: Database, given: dict[str, Any], caller: Caller, settings: Settings) -> tuple[int, Receipt]:
    report = read_report(BatchReport.model_validate(given), caller, settings)
    with database.transaction(caller.scope) as connection:
        check_source(connection, report.source, caller)
        received = receive(connection, report, network=settings.network, zone=settings.zone)
    return 201 if received.is_new else 200, told(Receipt, received.facts, settings)
