"""Whose is one point?"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gisgrid.errors import Fault, NotFound
from gisgrid.geo import LonLat


def locate(
    connection: Connection,
    point: LonLat,
    *,
    network: str = "base",
    at: datetime | None = None,
    accuracy_m: float | None = None,
    as_recorded: datetime | None = None,
) -> dict[str, Any]:
    """Which grid holds this point (WGS 84), at which date, as known when? One answer always.

    `{grid: {code, name, kind} or None, assignment: {method, confidence, distance_to_edge_m, candidates, version}}`.
    Raises NotFound for an unknown network. About 0.3 ms, a few more with an accuracy.
    """
    require_network(connection, network)
    row = connection.execute(
        text(
            "SELECT * FROM app.locate(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :network, :at, :accuracy_m,"
            " :as_recorded)"
        ),
        {
            "lon": point.lon,
            "lat": point.lat,
            "network": network,
            "at": at,
            "accuracy_m": accuracy_m,
            "as_recorded": as_recorded,
        },
    ).one()
    return {
        "grid": None if row.code is None else {"code": row.code, "name": row.name, "kind": row.kind},
        "assignment": {
            "method": row.method,
            "confidence": row.confidence,
            "distance_to_edge_m": row.distance_to_edge_m,
            "candidates": row.candidates,
            "version": row.area_version_id,
        },
    }


def require_network(connection: Connection, network: str) -> None:
    """Is there such a network? Raises NotFound naming those there are."""
    known = list(connection.execute(text("SELECT network FROM core.network ORDER BY network")).scalars())
    if network not in known:
        raise NotFound(Fault("network", f"there is no network {network!r}", f"one of {', '.join(known) or 'none yet'}"))
