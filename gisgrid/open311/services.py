"""Services are categories: their list, and the attributes of a report."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, text

from gisgrid.open311.asking import Arguments, CurrentDatabase, check_reader
from gisgrid.open311.faults import Fault311
from gisgrid.open311.formats import format_of, render

router = APIRouter()
ACCURACY = "accuracy_m"
ATTRIBUTES = [
    {
        "variable": True,
        "code": ACCURACY,
        "datatype": "number",
        "required": False,
        "datatype_description": "米 / metres, 0-100000",
        "order": 1,
        "description": "定位精度 / how far from the point the place may be",
        "values": [],
    }
]
"""The attributes: the accuracy of the point, for which the standard has no field."""


@dataclass(frozen=True)
class Service:
    """A category as the standard lists it, field by field."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: str
    keywords: str
    group: str


def list_services(connection: Connection) -> list[Service]:
    """Every category that a report can be about, as the standard lists them."""
    rows = connection.execute(
        text(
            "SELECT c.category, c.name_zh, c.name_en, coalesce(p.name_zh, '') AS above"
            " FROM work.category AS c LEFT JOIN work.category AS p ON p.category = c.parent"
            " WHERE c.retired_at IS NULL ORDER BY c.category"
        )
    )
    return [
        Service(
            service_code=row.category,
            service_name=row.name_zh,
            description=row.name_en,
            metadata=True,
            type="realtime",
            keywords=", ".join(filter(None, (row.name_zh, row.name_en, row.above))),
            group=row.above,
        )
        for row in rows
    ]


@router.get("/services.{extension}")
def get_services(extension: str, request: Request, arguments: Arguments, database: CurrentDatabase) -> Response:
    """GET Service List."""
    kind = format_of(request)
    with database.transaction() as connection:
        check_reader(connection, request, arguments)
        return render(kind, "services", list_services(connection))


@router.get("/services/{code}.{extension}")
def get_service(
    code: str, extension: str, request: Request, arguments: Arguments, database: CurrentDatabase
) -> Response:
    """GET Service Definition."""
    kind = format_of(request)
    with database.transaction() as connection:
        check_reader(connection, request, arguments)
        require_service(connection, code)
    return render(kind, "service_definition", {"service_code": code, "attributes": ATTRIBUTES})


def require_service(connection: Connection, code: str) -> None:
    """Check that this service is in use. Raises Fault311 (404)."""
    known = (
        "\0" not in code
        and connection.execute(
            text("SELECT 1 FROM work.category WHERE category = :code AND retired_at IS NULL"), {"code": code}
        ).scalar()
    )
    if not known:
        raise Fault311(404, "service_code was not found")
