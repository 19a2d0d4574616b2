CREATE FUNCTION app.is_same_ground(one geometry, other geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- Files write rings from another corner, or the other way round, and put a corner of a neighbour on a straight line.
SELECT
    st_normalize(is_same_ground.one) = st_normalize(is_same_ground.other)
    OR (
        is_same_ground.one && is_same_ground.other
        AND abs(st_area(is_same_ground.one) - st_area(is_same_ground.other))
        < app.rounding_deg() * st_perimeter(is_same_ground.one)
        AND NOT EXISTS (
            SELECT
            FROM (
                SELECT p.geom FROM st_dumppoints(is_same_ground.one) AS p
                EXCEPT
                SELECT p.geom FROM st_dumppoints(is_same_ground.other) AS p
            ) AS p
            WHERE st_distance(p.geom, st_boundary(is_same_ground.other)) > app.rounding_deg()
        )
        AND NOT EXISTS (
            SELECT
            FROM (
                SELECT p.geom FROM st_dumppoints(is_same_ground.other) AS p
                EXCEPT
                SELECT p.geom FROM st_dumppoints(is_same_ground.one) AS p
            ) AS p
            WHERE st_distance(p.geom, st_boundary(is_same_ground.one)) > app.rounding_deg()
        )
    );
END;
COMMENT ON FUNCTION app.is_same_ground(geometry, geometry) IS
'Are two valid shapes the same but for where their rings begin and for corners on straight lines? EPSG:4326';
