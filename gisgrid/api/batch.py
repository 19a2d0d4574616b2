"""Many reports at once, of a program that collected them: each is accepted or refused alone."""

from contextlib import suppress
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
from gisgrid.tickets.insides import Shelf
from gisgrid.tickets.intake import Report, receive, receive_many
from gisgrid.tickets.receipts import Received
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
    """Up to 500 reports: a wrong report undoes no other, and all can be sent again.

    They are written together; where the database refuses one, each is tried by itself. If the database stops answering,
    the other reports are not tried: 503, send them again.
    """
    settings = request.app.state.settings
    items: list[BatchItem | None] = [None] * len(body.reports)
    read: dict[int, Report] = {}
    for n, given in enumerate(body.reports):
        try:
            read[n] = read_report(BatchReport.model_validate(given), caller, settings)
        except GisgridError as error:
            items[n] = _refused(_ref(given), status_of(error), error.title, error.faults)
        except ValidationError as error:
            items[n] = _refused(_ref(given), 422, "Refused", read_faults(error))
    for n, outcome in _receive(database, read, caller, settings, request.app.state.grids).items():
        said = _ref(body.reports[n])
        if isinstance(outcome, GisgridError):
            items[n] = _refused(said, status_of(outcome), outcome.title, outcome.faults)
        else:
            receipt = told(Receipt, outcome.facts, settings)
            items[n] = BatchItem(client_ref=said, status=201 if outcome.is_new else 200, receipt=receipt)
    return BatchAnswer(results=[item for item in items if item is not None])


def _ref(given: dict[str, Any]) -> str | None:
    ref = given.get("client_ref")
    return sayable(ref) if isinstance(ref, str) else None


def _refused(client_ref: str | None, status: int, title: str, faults: tuple[Fault, ...]) -> BatchItem:
    problem = Problem.model_validate(problem_body(status, title, faults))
    return BatchItem(client_ref=client_ref, status=status, problem=problem)


def _receive(
    database: Database, reports: dict[int, Report], caller: Caller, settings: Settings, shelf: Shelf
) -> dict[int, Received | GisgridError]:
    """What came of each report: of those with the first use of their key together, then of the others."""
    first = list({report.client_ref: n for n, report in reversed(reports.items())}.values())[::-1]
    done: dict[int, Received | GisgridError] = {}
    with suppress(GisgridError):
        done = _receive_together(database, {n: reports[n] for n in first}, caller, settings, shelf)
    gone: GisgridError | None = None
    for n, report in reports.items():
        if n in done:
            continue
        try:
            if gone is not None:
                raise gone
            with database.transaction(caller.scope) as connection:
                check_source(connection, report.source, caller)
                done[n] = receive(connection, report, network=settings.network, zone=settings.zone)
        except GisgridError as error:
            gone = error if isinstance(error, Unavailable) else None
            done[n] = error
    return done


def _receive_together(
    database: Database, reports: dict[int, Report], caller: Caller, settings: Settings, shelf: Shelf
) -> dict[int, Received | GisgridError]:
    done: dict[int, Received | GisgridError] = {}
    with database.transaction(caller.scope) as connection:
        for source in {report.source for report in reports.values()}:
            try:
                check_source(connection, source, caller)
            except GisgridError as error:
                done |= {n: error for n, report in reports.items() if report.source == source}
        left = {n: report for n, report in reports.items() if n not in done}
        found = receive_many(connection, list(left.values()), network=settings.network, zone=settings.zone, shelf=shelf)
        done |= dict(zip(left, found, strict=True))
    return done
