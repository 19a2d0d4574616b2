CREATE FUNCTION app.overlaps_by_rounding(one geometry, other geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- Where a cut ends on a neighbour's straight edge, the new corner cannot lie exactly on that edge: it is off by a last
-- digit of a coordinate. So both areas share nothing wider than app.rounding_deg(), and no corner of one
-- lies deeper in the other. The narrowest overlaps seen in real data are five times as deep.
SELECT
    CASE
        WHEN EXISTS (
            SELECT FROM st_dump(st_collectionextract(st_intersection(one, other), 3)) AS p
            WHERE 2 * st_area(p.geom) > app.rounding_deg() * st_perimeter(p.geom)
        ) THEN false
        ELSE NOT EXISTS (
            SELECT
            FROM (
                SELECT p.geom, other AS holder FROM st_dumppoints(one) AS p
                UNION ALL
                SELECT p.geom, one FROM st_dumppoints(other) AS p
            ) AS corner
            WHERE
                corner.geom && corner.holder
                AND st_contains(corner.holder, corner.geom)
                AND st_distance(corner.geom, st_boundary(corner.holder)) > app.rounding_deg()
        )
    END;
END;
COMMENT ON FUNCTION app.overlaps_by_rounding(geometry, geometry) IS
'Do two areas overlap only by the last digit of coordinates? EPSG:4326; call it only where their interiors meet';
GRANT EXECUTE ON FUNCTION app.overlaps_by_rounding(geometry, geometry) TO gisgrid_service;
