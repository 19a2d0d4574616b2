-- Long because it is one union: kept squares, points, view sectors.
CREATE FUNCTION tile.camera(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint,
    geom geometry,
    code text,
    name text,
    bearing double precision,
    angle double precision,
    range_m double precision,
    height double precision,
    owner text,
    off boolean,
    grid text,
    count integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Below zoom 14 the cameras of a cell of 64 px are one feature with a count, cells counted whole, from squares that are
-- kept by area; at 14 those of a cell of 32 px. From 15 on each is its own, and its view sector is a second feature.
-- Cameras have no history: at is ignored.
SELECT
    2 * CASE
        WHEN g.cameras = 1 THEN g.sum_id ELSE 1099511627776 + (g.x + 32768)::bigint * 65536 + g.y + 32768
    END AS feature_id,
    st_setsrid(
        st_makepoint((g.sum_x_cm / g.cameras)::float8 / 100, (g.sum_y_cm / g.cameras)::float8 / 100), 3857
    ) AS geom,
    c.code,
    c.name,
    c.bearing_deg AS bearing,
    c.angle_deg AS angle,
    c.range_m,
    c.height_m AS height,
    c.owner,
    nullif(c.state IN ('off', 'broken'), false) AS off,
    a.code AS grid,
    CASE WHEN g.cameras > 1 THEN g.cameras END AS count
FROM (
    SELECT
        floor(b.x / k.bins)::integer AS x,
        floor(b.y / k.bins)::integer AS y,
        sum(b.cameras)::integer AS cameras,
        sum(b.sum_x_cm) AS sum_x_cm,
        sum(b.sum_y_cm) AS sum_y_cm,
        sum(b.sum_id)::bigint AS sum_id
    FROM (SELECT 40075016.68557849 / 2 ^ camera.z / 8 AS side_m, 2 ^ (13 - camera.z) AS bins) AS k
    CROSS JOIN LATERAL (
        SELECT
            (floor(st_xmin(camera.box) / k.side_m) * k.bins)::integer AS first_x,
            (ceil(st_xmax(camera.box) / k.side_m) * k.bins)::integer - 1 AS last_x,
            (floor(st_ymin(camera.box) / k.side_m) * k.bins)::integer AS first_y,
            (ceil(st_ymax(camera.box) / k.side_m) * k.bins)::integer - 1 AS last_y
    ) AS r
    CROSS JOIN LATERAL (
        SELECT
            o.x,
            o.y,
            o.cameras,
            o.sum_x_cm,
            o.sum_y_cm,
            o.sum_id
        FROM overlay.camera_bin AS o
        WHERE o.x BETWEEN r.first_x AND r.last_x AND o.y BETWEEN r.first_y AND r.last_y
        UNION ALL
        SELECT
            n.x,
            n.y,
            n.cameras,
            n.sum_x_cm,
            n.sum_y_cm,
            n.sum_id
        FROM overlay.camera_bin_change AS n
        WHERE n.x BETWEEN r.first_x AND r.last_x AND n.y BETWEEN r.first_y AND r.last_y
    ) AS b
    WHERE camera.z < 14
    GROUP BY floor(b.x / k.bins), floor(b.y / k.bins)
    HAVING sum(b.cameras) > 0
) AS g
LEFT JOIN LATERAL (
    SELECT o.* FROM overlay.camera AS o WHERE g.cameras = 1 AND o.camera_id = g.sum_id LIMIT 1
) AS c ON true
LEFT JOIN core.area AS a ON c.area_id = a.area_id
UNION ALL
SELECT
    2 * g.feature_id AS feature_id,
    st_setsrid(
        st_makepoint((g.sum_x_cm / g.cameras)::float8 / 100, (g.sum_y_cm / g.cameras)::float8 / 100), 3857
    ) AS geom,
    c.code,
    c.name,
    c.bearing_deg AS bearing,
    c.angle_deg AS angle,
    c.range_m,
    c.height_m AS height,
    c.owner,
    nullif(c.state IN ('off', 'broken'), false) AS off,
    a.code AS grid,
    CASE WHEN g.cameras > 1 THEN g.cameras END AS count
FROM (
    SELECT
        min(o.camera_id) AS feature_id,
        sum((st_x(o.geom_3857) * 100)::bigint) AS sum_x_cm,
        sum((st_y(o.geom_3857) * 100)::bigint) AS sum_y_cm,
        count(*)::integer AS cameras
    FROM (SELECT 40075016.68557849 / 2 ^ 14 / 16 AS side_m) AS s
    CROSS JOIN overlay.camera AS o
    WHERE
        camera.z = 14
        AND o.geom_3857 && st_makeenvelope(
            floor(st_xmin(camera.box) / s.side_m) * s.side_m,
            floor(st_ymin(camera.box) / s.side_m) * s.side_m,
            ceil(st_xmax(camera.box) / s.side_m) * s.side_m,
            ceil(st_ymax(camera.box) / s.side_m) * s.side_m,
            3857
        )
    GROUP BY floor(st_x(o.geom_3857) / s.side_m), floor(st_y(o.geom_3857) / s.side_m)
) AS g
LEFT JOIN LATERAL (
    SELECT o.* FROM overlay.camera AS o WHERE g.cameras = 1 AND o.camera_id = g.feature_id LIMIT 1
) AS c ON true
LEFT JOIN core.area AS a ON c.area_id = a.area_id
UNION ALL
SELECT
    2 * c.camera_id AS feature_id,
    c.geom_3857 AS geom,
    c.code,
    c.name,
    c.bearing_deg AS bearing,
    c.angle_deg AS angle,
    c.range_m,
    c.height_m AS height,
    c.owner,
    nullif(c.state IN ('off', 'broken'), false) AS off,
    a.code AS grid,
    NULL AS count
FROM overlay.camera AS c
LEFT JOIN core.area AS a ON c.area_id = a.area_id
WHERE camera.z >= 15 AND c.geom_3857 && camera.box
UNION ALL
SELECT
    2 * c.camera_id + 1 AS feature_id,
    c.sector_3857 AS geom,
    c.code,
    c.name,
    c.bearing_deg AS bearing,
    c.angle_deg AS angle,
    c.range_m,
    c.height_m AS height,
    c.owner,
    nullif(c.state IN ('off', 'broken'), false) AS off,
    a.code AS grid,
    NULL AS count
FROM overlay.camera AS c
LEFT JOIN core.area AS a ON c.area_id = a.area_id
WHERE camera.z >= 15 AND c.sector_3857 && camera.box;
END;
COMMENT ON FUNCTION tile.camera(integer, geometry, timestamptz, jsonb) IS
'Cameras in scope as points, and from zoom 15 on what they see as polygons; '
'box in EPSG:3857, already widened by the buffer; at is ignored';
GRANT EXECUTE ON FUNCTION tile.camera(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
