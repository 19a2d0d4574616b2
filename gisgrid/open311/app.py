"""Open311 as an app of its own, mounted beside the house's: its errors have the standard's form, not ours."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from gisgrid import __version__
from gisgrid.database import Database
from gisgrid.errors import Fault, GisgridError
from gisgrid.open311 import discovery, service_requests, services, submission
from gisgrid.open311.discovery import PREFIX
from gisgrid.open311.faults import HEADERS, Fault311, translate
from gisgrid.open311.formats import MEDIA, render
from gisgrid.settings import Settings


def create_open311(settings: Settings, database: Database) -> FastAPI:
    """GeoReport v2 over the service's database, to be mounted at `PREFIX`."""
    app = FastAPI(title="gisgrid Open311 GeoReport v2", version=__version__, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.database = database
    app.state.changeset = discovery.Changeset()
    for router in (discovery.router, services.router, submission.router, service_requests.router):
        app.include_router(router)
    _add_fault_handlers(app)
    return app


def _add_fault_handlers(app: FastAPI) -> None:
    @app.exception_handler(Fault311)
    def _fault(request: Request, error: Exception) -> Response:
        assert isinstance(error, Fault311)  # noqa: S101  # the handler's contract
        return _answer(request, error)

    @app.exception_handler(GisgridError)
    def _domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, GisgridError)  # noqa: S101
        return _answer(request, translate(error))

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        faults = (Fault(".".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors())
        return _answer(request, Fault311(400, *faults))

    @app.exception_handler(HTTPException)
    def _routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return _answer(request, Fault311(error.status_code, str(error.detail)))

    @app.exception_handler(Exception)
    def _unexpected(request: Request, _error: Exception) -> Response:
        return _answer(request, Fault311(500, "this went wrong here; tell the operator"))


def _answer(request: Request, fault: Fault311) -> Response:
    """The error in the form that was asked for; without one XML, which every client of the standard reads."""
    errors = [{"code": fault.status, "description": description} for description in fault.descriptions]
    kind = "json" if request.url.path.rpartition(".")[2] == "json" else "xml"
    assert kind in MEDIA  # noqa: S101
    return render(kind, "errors", errors, fault.status, HEADERS.get(fault.status))  # type: ignore[arg-type]


__all__ = ["PREFIX", "create_open311"]
