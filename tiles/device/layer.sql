CREATE FUNCTION tile.device(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint,
    geom geometry,
    code text,
    name text,
    kind text,
    grid text,
    last_seen_at bigint,
    off boolean,
    count integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Below zoom 14 the devices of a cell of 64 px are one feature with a count, cells counted whole; from 14 on each is
-- its own. Devices have no history: at is ignored.
SELECT
    min(d.device_id) AS feature_id,
    st_setsrid(
        st_makepoint(
            avg((st_x(d.geom_3857) * 100)::bigint)::float8 / 100,
            avg((st_y(d.geom_3857) * 100)::bigint)::float8 / 100
        ), 3857
    ) AS geom,
    CASE WHEN count(*) = 1 THEN min(d.code) END AS code,
    CASE WHEN count(*) = 1 THEN min(d.name) END AS name,
    CASE WHEN count(*) = 1 THEN min(d.kind) END AS kind,
    CASE WHEN count(*) = 1 THEN min(a.code) END AS grid,
    extract(EPOCH FROM max(d.last_seen_at))::bigint AS last_seen_at,
    bool_and(d.disabled_at IS NOT NULL) AS off,
    CASE WHEN count(*) > 1 THEN count(*)::integer END AS count
FROM (SELECT 40075016.68557849 / 2 ^ device.z / 8 AS side_m) AS s
CROSS JOIN overlay.device AS d
LEFT JOIN core.area AS a ON d.area_id = a.area_id
WHERE
    d.geom_3857 && CASE
        WHEN device.z >= 14 THEN device.box
        ELSE st_makeenvelope(
            floor(st_xmin(device.box) / s.side_m) * s.side_m,
            floor(st_ymin(device.box) / s.side_m) * s.side_m,
            ceil(st_xmax(device.box) / s.side_m) * s.side_m,
            ceil(st_ymax(device.box) / s.side_m) * s.side_m,
            3857
        )
    END
GROUP BY
    floor(st_x(d.geom_3857) / s.side_m),
    floor(st_y(d.geom_3857) / s.side_m),
    CASE WHEN device.z >= 14 THEN d.device_id END;
END;
COMMENT ON FUNCTION tile.device(integer, geometry, timestamptz, jsonb) IS
'Devices in scope that raise alarms, below zoom 14 as counts by cell; '
'box in EPSG:3857, already widened by the buffer; at is ignored';
GRANT EXECUTE ON FUNCTION tile.device(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
