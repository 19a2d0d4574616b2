CREATE FUNCTION tile.camera(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint,
    geom geometry,
    code text,
    name text,
    bearing double precision,
    angle double precision,
    range_m double precision,
    grid text,
    count integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Below zoom 14 the cameras of a cell of 64 px are one feature with a count, cells counted whole. From 14 on each
-- is its own, and its view sector is a second feature. Cameras have no history: at is ignored.
SELECT
    2 * min(c.camera_id) AS feature_id,
    st_setsrid(
        st_makepoint(
            avg((st_x(c.geom_3857) * 100)::bigint)::float8 / 100,
            avg((st_y(c.geom_3857) * 100)::bigint)::float8 / 100
        ), 3857
    ) AS geom,
    CASE WHEN count(*) = 1 THEN min(c.code) END AS code,
    CASE WHEN count(*) = 1 THEN min(c.name) END AS name,
    CASE WHEN count(*) = 1 THEN min(c.bearing_deg) END AS bearing,
    CASE WHEN count(*) = 1 THEN min(c.angle_deg) END AS angle,
    CASE WHEN count(*) = 1 THEN min(c.range_m) END AS range_m,
    CASE WHEN count(*) = 1 THEN min(a.code) END AS grid,
    CASE WHEN count(*) > 1 THEN count(*)::integer END AS count
FROM (SELECT 40075016.68557849 / 2 ^ camera.z / 8 AS side_m) AS s
CROSS JOIN overlay.camera AS c
LEFT JOIN core.area AS a ON c.area_id = a.area_id
WHERE
    c.geom_3857 && CASE
        WHEN camera.z >= 14 THEN camera.box
        ELSE st_makeenvelope(
            floor(st_xmin(camera.box) / s.side_m) * s.side_m,
            floor(st_ymin(camera.box) / s.side_m) * s.side_m,
            ceil(st_xmax(camera.box) / s.side_m) * s.side_m,
            ceil(st_ymax(camera.box) / s.side_m) * s.side_m,
            3857
        )
    END
GROUP BY
    floor(st_x(c.geom_3857) / s.side_m),
    floor(st_y(c.geom_3857) / s.side_m),
    CASE WHEN camera.z >= 14 THEN c.camera_id END
UNION ALL
SELECT
    2 * c.camera_id + 1 AS feature_id,
    c.sector_3857 AS geom,
    c.code,
    c.name,
    c.bearing_deg AS bearing,
    c.angle_deg AS angle,
    c.range_m,
    a.code AS grid,
    NULL AS count
FROM overlay.camera AS c
LEFT JOIN core.area AS a ON c.area_id = a.area_id
WHERE camera.z >= 14 AND c.sector_3857 && camera.box;
END;
COMMENT ON FUNCTION tile.camera(integer, geometry, timestamptz, jsonb) IS
'Cameras in scope as points, and from zoom 14 on what they see as polygons; '
'box in EPSG:3857, already widened by the buffer; at is ignored';
GRANT EXECUTE ON FUNCTION tile.camera(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
