CREATE FUNCTION tile.patrol(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (feature_id bigint, geom geometry, seen_at bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- From zoom 15 on the H3 cells themselves. The id leaves out the bits that all cells of resolution 11 share:
-- what is left fits a JavaScript number.
SELECT
    (p.cell >> 12) & 1099511627775 AS feature_id,
    p.geom_3857 AS geom,
    extract(EPOCH FROM p.seen_at)::bigint AS seen_at
FROM overlay.patrol_cell AS p
WHERE patrol.z >= 15 AND p.geom_3857 && patrol.box AND p.seen_at <= coalesce(patrol.at, 'infinity')
UNION ALL
-- Below, squares of 16 px with the latest visit to any cell whose south-west corner lies in them, counted whole.
SELECT
    min((p.cell >> 12) & 1099511627775) AS feature_id,
    st_makeenvelope(
        floor(st_xmin(p.geom_3857) / s.side_m) * s.side_m,
        floor(st_ymin(p.geom_3857) / s.side_m) * s.side_m,
        (floor(st_xmin(p.geom_3857) / s.side_m) + 1) * s.side_m,
        (floor(st_ymin(p.geom_3857) / s.side_m) + 1) * s.side_m,
        3857
    ) AS geom,
    extract(EPOCH FROM max(p.seen_at))::bigint AS seen_at
FROM (SELECT 40075016.68557849 / 2 ^ patrol.z / 32 AS side_m) AS s
CROSS JOIN overlay.patrol_cell AS p
WHERE
    patrol.z < 15
    AND p.geom_3857 && st_makeenvelope(
        floor(st_xmin(patrol.box) / s.side_m) * s.side_m,
        floor(st_ymin(patrol.box) / s.side_m) * s.side_m,
        ceil(st_xmax(patrol.box) / s.side_m) * s.side_m,
        ceil(st_ymax(patrol.box) / s.side_m) * s.side_m,
        3857
    )
    AND p.seen_at <= coalesce(patrol.at, 'infinity')
GROUP BY
    floor(st_xmin(p.geom_3857) / s.side_m),
    floor(st_ymin(p.geom_3857) / s.side_m),
    s.side_m;
END;
COMMENT ON FUNCTION tile.patrol(integer, geometry, timestamptz, jsonb) IS
'Cells in scope that a patrol was in, with the last instant seen; '
'box in EPSG:3857, already widened by the buffer; at = leave out what was seen later';
GRANT EXECUTE ON FUNCTION tile.patrol(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
