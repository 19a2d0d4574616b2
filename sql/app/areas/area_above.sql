CREATE FUNCTION app.area_above(point geometry, network text DEFAULT 'base', at timestamptz DEFAULT NULL)
RETURNS TABLE (area_id bigint, code text, level text, path bigint [])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The nearest area above the leaves; of equally near ones that of the lowest level, then the lowest code. Geodesic
-- distances are dear: they are not computed for an area whose box lies farther off than a first, near area.
WITH reach AS (
    SELECT 1 + st_distance(first.geom::geography, area_above.point::geography) AS radius_m
    FROM (
        SELECT v.geom
        FROM app.area_at(area_above.at) AS v
        WHERE v.network = area_above.network AND v.level <> 'grid'
        ORDER BY v.geom <-> area_above.point
        LIMIT 1
    ) AS first
)

SELECT
    a.area_id,
    a.code,
    a.level,
    a.path
FROM reach AS r
INNER JOIN app.area_at(area_above.at) AS a ON true
INNER JOIN core.level AS l ON a.level = l.level
WHERE
    a.network = area_above.network AND a.level <> 'grid'
    AND a.geom && CASE
        WHEN r.radius_m > 100000 THEN st_makeenvelope(-180, -90, 180, 90, 4326)
        ELSE st_expand(
            area_above.point,
            r.radius_m / (100000 * greatest(cosd(st_y(area_above.point)), 0.01)),
            r.radius_m / 110000
        )
    END
ORDER BY
    round(st_distance(a.geom::geography, area_above.point::geography)::numeric, 3),
    l.rank DESC,
    a.code COLLATE "C"
LIMIT 1;
END;
COMMENT ON FUNCTION app.area_above(geometry, text, timestamptz) IS
'Which area above the leaves gets a point outside every grid on its work list? The nearest one; no row: there is none';
GRANT EXECUTE ON FUNCTION app.area_above(geometry, text, timestamptz) TO gisgrid_service, gisgrid_viewer;
