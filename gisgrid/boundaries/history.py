"""The history of a network's boundaries: when they changed, and what changed between two dates."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

Json = dict[str, Any]

_CHANGES = text("""
SELECT s.at, sum(s.began)::integer AS began, sum(s.ended)::integer AS ended,
       (sum(sum(s.began - s.ended)) OVER (ORDER BY s.at))::integer AS grids
FROM (
    SELECT v.valid_from AS at, 1 AS began, 0 AS ended FROM core.area_version AS v
    WHERE v.network = :network AND v.level = 'grid' AND v.recorded_to = 'infinity'
    UNION ALL
    SELECT v.valid_to, 0, 1 FROM core.area_version AS v
    WHERE v.network = :network AND v.level = 'grid' AND v.recorded_to = 'infinity' AND v.valid_to < 'infinity'
) AS s
GROUP BY s.at ORDER BY s.at
""")
_CHANGED = text("""
WITH side AS (
    SELECT CASE WHEN v.valid_from <= :first THEN 'before' ELSE 'after' END AS side, v.*
    FROM core.area_version AS v
    WHERE v.network = :network AND v.level = 'grid' AND v.recorded_to = 'infinity'
      AND (v.valid_from <= :first AND v.valid_to > :first) <> (v.valid_from <= :last AND v.valid_to > :last)
)
SELECT s.side, s.code, s.name, NULL AS kind, NULL AS became, NULL::float8 AS from_share, NULL::float8 AS to_share,
       st_asgeojson(s.geom, 7) AS geometry
FROM side AS s
UNION ALL
SELECT 'link', f.code, f.name, l.kind, t.code, l.from_share, l.to_share,
       st_asgeojson(st_makeline(f.label_point, t.label_point), 7)
FROM core.lineage AS l
JOIN core.area_version AS f ON f.area_id = l.from_area_id AND f.valid_to = l.valid_from AND f.recorded_to = 'infinity'
JOIN core.area_version AS t ON t.area_id = l.to_area_id AND t.valid_from = l.valid_from AND t.recorded_to = 'infinity'
WHERE l.network = :network AND l.valid_from > :first AND l.valid_from <= :last
ORDER BY 1, 2, 5
""")


@dataclass(frozen=True)
class BoundaryChange:
    """An instant from which other grids apply: how many began and ended there, how many there are from then on."""

    at: datetime
    began: int
    ended: int
    grids: int


def list_changes(connection: Connection, network: str) -> list[BoundaryChange]:
    """When did the grids of a network change, as known now? Oldest first."""
    return [BoundaryChange(**row._mapping) for row in connection.execute(_CHANGES, {"network": network})]


def compare_boundaries(connection: Connection, network: str, first: datetime, last: datetime) -> str:
    """Which grids of the earlier date do not apply at the later one, which are new, and what became of what?

    The text of one GeoJSON FeatureCollection: `side` is `before`, `after`, or `link`, a line between label points.
    """
    rows = connection.execute(_CHANGED, {"network": network, "first": first, "last": last})
    return json.dumps({"type": "FeatureCollection", "features": [_feature(row) for row in rows]}, ensure_ascii=False)


def _feature(row: Any) -> Json:
    names = ("side", "code", "name", "kind", "became", "from_share", "to_share")
    properties = {name: getattr(row, name) for name in names}
    return {"type": "Feature", "properties": properties, "geometry": json.loads(row.geometry)}
