"""A report becomes a routed ticket: one transaction, once for every key of a client. Long: one or many, each place."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

from sqlalchemy import Connection, text

from gisgrid.assignment import EXTENT, as_box
from gisgrid.coordinates import check_point
from gisgrid.errors import Fault, GisgridError, Refused, Unavailable
from gisgrid.geo import BBox
from gisgrid.instants import write_instant
from gisgrid.networks import require_network
from gisgrid.round_trips import prepared
from gisgrid.ticket_fields import Facts
from gisgrid.tickets.insides import Shelf, add_insides
from gisgrid.tickets.naming import Named, name_area, name_place
from gisgrid.tickets.receipts import (
    TICKET_KEY,
    Key,
    Received,
    add_secret,
    find_receipt,
    find_receipts,
    keep_receipt,
    make_key,
    read_facts,
)

_CATEGORIES = """
SELECT c.category, c.retired_at IS NOT NULL AS is_retired, (
    SELECT string_agg(u.name_zh, '/' ORDER BY array_position(c.path, u.category))
    FROM work.category AS u WHERE u.category = ANY(c.path)) AS names
FROM work.category AS c
WHERE c.category = :name OR c.name_zh = regexp_replace(:name, '^.*/', '')
  AND (:name NOT LIKE '%/%' OR :name = (
    SELECT string_agg(u.name_zh, '/' ORDER BY array_position(c.path, u.category))
    FROM work.category AS u WHERE u.category = ANY(c.path)))
ORDER BY c.category <> :name, c.category
"""
_BEFORE = f"""
SELECT
    EXISTS (SELECT FROM core.network AS n WHERE n.network = CAST(:network AS text)) AS is_known,
    {EXTENT} AS extent,
    {TICKET_KEY} AS key,
    (SELECT c.category FROM work.category AS c
     WHERE c.category = CAST(:category AS text) AND c.retired_at IS NULL) AS category,
    (SELECT r.times FROM core.redrawn AS r WHERE r.network = CAST(:network AS text)) AS redrawn
"""  # noqa: S608  # constants
"""All that a report asks before it is written; the category, if it is named by its id."""
_ASK_BEFORE = prepared(text(_BEFORE))
_RECEIVE = prepared(text("SELECT * FROM app.receive_reports(CAST(:reports AS jsonb))"))


@dataclass(frozen=True)
class Report:
    """A report. Its location: `lon, lat` in `system`; or an `area` by code, a `place` by name, or `place_unknown`.

    `client` sent the report and gave `client_ref`, "" for a stranger; `on_behalf`: the contact is another person;
    `network`: whose grids hold it, "" for the one of the service.
    """

    lon: float | None
    lat: float | None
    system: str | None
    category: str
    description: str
    accuracy_m: float | None = None
    reported_at: datetime | None = None
    client_ref: str = ""
    client: str = ""
    contact_name: str | None = None
    contact_phone: str | None = None
    source: str = "app"
    area: str = ""
    place: str = ""
    place_unknown: bool = False
    on_behalf: bool = False
    network: str = ""


class _Where(TypedDict, total=False):
    """A report's place as `app.receive_report` takes it: a point with what was given, or an area; what was said."""

    lon_wgs84: float
    lat_wgs84: float
    lon: float | None
    lat: float | None
    system: str | None
    accuracy_m: float | None
    area_id: int | None
    said: Facts


def receive(connection: Connection, report: Report, *, network: str, zone: str, shelf: Shelf | None = None) -> Received:
    """Take in a report. Raises Refused with field and remedy, NotFound for an unknown network that the report names,
    Conflict if the key was used for another body, Unavailable where no boundaries have come in yet.

    Durable once the caller's transaction has committed. Costs two statements, three with a key.
    """
    key = _key(report)
    if known := find_receipt(connection, key):
        return Received(known, is_new=False)
    before = _ask_before(connection, report, network)
    facts = _facts(connection, report, before, network, zone)
    add_insides([facts], {str(facts["network"]): before.redrawn}, shelf)
    row = connection.execute(_RECEIVE, {"reports": json.dumps([facts])}).one()
    answer = read_facts(row, cast("str | None", facts["system"]))
    keep_receipt(connection, key, row.ticket_id, answer)
    return Received(add_secret(bytes(before.key), answer), is_new=True)


def receive_many(
    connection: Connection, reports: Sequence[Report], *, network: str, zone: str, shelf: Shelf | None = None
) -> list[Received | GisgridError]:
    """`receive` for reports with different keys: for each what came of it, or what it would have raised.

    What the database itself refuses of one is raised, and undoes all. A quarter of the cost of one after the other.
    """
    keys = [_key(report) for report in reports]
    found: dict[int, Received | GisgridError] = {}
    for n, known in find_receipts(connection, keys).items():
        found[n] = known if isinstance(known, GisgridError) else Received(known, is_new=False)
    asked: dict[tuple[str, str], Any] = {}
    fresh: dict[int, Facts] = {}
    for n, report in enumerate(reports):
        if n not in found:
            try:
                about = (report.network, report.category)
                asked[about] = asked.get(about) or _ask_before(connection, report, network)
                fresh[n] = _facts(connection, report, asked[about], network, zone)
            except GisgridError as error:
                found[n] = error
    if fresh:
        redrawn = {name or network: before.redrawn for (name, _), before in asked.items()}
        add_insides(list(fresh.values()), redrawn, shelf)
        rows = connection.execute(_RECEIVE, {"reports": json.dumps(list(fresh.values()))}).all()
        for (n, facts), row in zip(fresh.items(), rows, strict=True):
            answer = read_facts(row, cast("str | None", facts["system"]))
            keep_receipt(connection, keys[n], row.ticket_id, answer)
            key = asked[reports[n].network, reports[n].category].key
            found[n] = Received(add_secret(bytes(key), answer), is_new=True)
    return [found[n] for n in range(len(reports))]


def _key(report: Report) -> Key:
    given = {name: value for name, value in asdict(report).items() if name != "network" or value}
    return make_key(report.client, report.client_ref, given)


def _ask_before(connection: Connection, report: Report, network: str) -> Any:
    network = report.network or network
    before = connection.execute(_ASK_BEFORE, {"network": network, "category": report.category}).one()
    if not before.is_known:
        if report.network:
            require_network(connection, network)
        message = f"there are no boundaries of network {network} here yet"
        raise Unavailable(Fault("network", message, "import them first: gisgrid import FILE"))
    return before


def _facts(connection: Connection, report: Report, before: Any, network: str, zone: str) -> Facts:
    """The report as `app.receive_reports` takes it."""
    network = report.network or network
    where = _where(connection, report, network, as_box(before.extent))
    category = before.category or category_id(connection, report.category, for_report=True)
    if not report.description.strip():
        _require_words(connection, category)
    return {
        "network": network,
        "zone": zone,
        "category": category,
        "system": None,
        **where,
        "description": report.description,
        "contact_name": report.contact_name,
        "contact_phone": report.contact_phone,
        "source": report.source,
        "actor": report.client or None,
        "reported_at": write_instant(report.reported_at) if report.reported_at else None,
    }


def _require_words(connection: Connection, category: str) -> None:
    needs: bool = connection.execute(text("SELECT app.needs_words(:category)"), {"category": category}).scalar_one()
    if needs:
        raise Refused(Fault("description", f"a report of {category} needs words", "say what happened"))


def _where(connection: Connection, report: Report, network: str, extent: BBox | None) -> _Where:
    """The report's place as `app.receive_report` takes it, with what was said of it."""
    _say_once(report)
    said: Facts = {"on_behalf": True} if report.on_behalf else {}
    if report.place_unknown:
        return {"said": said}
    if report.area or report.place:
        named = (
            name_area(connection, report.area, network)
            if report.area
            else name_place(connection, report.place, network)
        )
        found = {"what": named.what, "code": named.code, "name": named.name}
        return {**_named(named), "said": said | {"named": found}}
    point = check_point(report.lon, report.lat, report.system or "", extent)
    return {
        "lon_wgs84": point.lon,
        "lat_wgs84": point.lat,
        "lon": report.lon,
        "lat": report.lat,
        "system": report.system,
        "accuracy_m": report.accuracy_m,
        "said": said,
    }


def _named(named: Named) -> _Where:
    if named.point is None:
        return {"area_id": named.area_id}
    lon, lat = named.point.lon, named.point.lat
    return {"lon_wgs84": lon, "lat_wgs84": lat, "lon": lon, "lat": lat, "system": "wgs84"}


def _say_once(report: Report) -> None:
    """Check that the report has exactly one of point, area, place, place_unknown. Raises Refused."""
    remedy = "lon, lat and system; or an area's code; or the name of a place; or place_unknown: true"
    point = {"lon": report.lon, "lat": report.lat, "system": report.system}
    missing = [name for name, value in point.items() if value is None]
    others = {"area": report.area, "place": report.place, "place_unknown": report.place_unknown}
    ways = [name for name, value in others.items() if value]
    if len(missing) < len(point):
        if missing:
            raise Refused(*(Fault(name, "a point has lon, lat and system", "give it") for name in missing))
        ways = ["lon", *ways]
    if not ways:
        raise Refused(*(Fault(name, "where is it?", remedy) for name in point))
    if len(ways) > 1:
        raise Refused(*(Fault(name, f"the place is said {len(ways)} times", f"one of: {remedy}") for name in ways))
    if ways != ["lon"] and report.accuracy_m is not None:
        raise Refused(Fault("accuracy_m", "there is no point that it could be of", "leave it out"))


def district_extent(connection: Connection, network: str) -> BBox | None:
    """The box of the network's topmost live areas; None without any."""
    return as_box(connection.execute(text(f"SELECT {EXTENT}"), {"network": network}).scalar_one())


def category_id(connection: Connection, name: str, *, for_report: bool = False) -> str:
    """The category of this id, Chinese name, or path of names as 市容环境/暴露垃圾.

    Raises Refused naming the known ones; with `for_report` also for a retired category, or a name of several.
    """
    found = connection.execute(text(_CATEGORIES), {"name": name}).all()
    if for_report:
        found = [row for row in found if not row.is_retired] or found
    if not found:
        known = connection.execute(
            text("SELECT category, name_zh FROM work.category WHERE parent IS NULL AND retired_at IS NULL ORDER BY 1")
        )
        shown = ", ".join(f"{row.category} ({row.name_zh})" for row in known)
        raise Refused(Fault("category", "there is no such category", f"one of {shown}, or below"))
    if len(found) > 1 and found[0].category != name:
        several = ", ".join(f"{row.category} ({row.names})" for row in found)
        raise Refused(Fault("category", f"several categories are called {name}", f"one of {several}"))
    if for_report and found[0].is_retired:
        raise Refused(Fault("category", f"{found[0].category} is no longer in use", "see /api/v1/categories"))
    return str(found[0].category)
