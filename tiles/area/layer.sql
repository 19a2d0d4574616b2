CREATE FUNCTION tile.area(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint, geom geometry, level text, kind text, tint integer, code text, name text, label text, sub text
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- What is shown depends on its size on the screen, not on its level: 360 grids show at zoom 11, 10,000 at 13.
-- m_per_px: metres a pixel of a 512-pixel tile at 35° north; an area's side is that of a square as large.
-- Below zoom 16, the last one made, borders lose what is smaller than half a pixel (a quarter from 14 on): the kept
-- outline has from which zoom on each corner is drawn, the same on both sides of a border. Until the worker has drawn
-- it, after a publish, a shape is simplified by itself.
SELECT
    2 * v.area_id AS feature_id,
    CASE
        WHEN area.z >= 16 THEN v.geom_3857
        WHEN o.geom IS NOT NULL THEN st_filterbym(o.geom, 0, greatest(area.z, 8))
        ELSE st_simplify(v.geom_3857, 40075016.7 / 512 / 2 ^ area.z / CASE WHEN area.z < 14 THEN 2 ELSE 4 END, true)
    END AS geom,
    v.level,
    v.kind,
    CASE
        WHEN v.level IN ('town', 'community') OR (v.level = 'grid' AND v.parent_id IS NULL) THEN v.area_id % 8
    END::integer AS tint,
    CASE WHEN v.area_m2 >= (24 * s.m_per_px) ^ 2 THEN v.code END AS code,
    CASE WHEN v.area_m2 >= (24 * s.m_per_px) ^ 2 THEN v.name END AS name,
    NULL AS label,
    NULL AS sub
FROM (SELECT 64116 / 2 ^ area.z AS m_per_px) AS s
CROSS JOIN app.area_at(area.at, (area.args ->> 'as_recorded')::timestamptz) AS v
LEFT JOIN core.area_outline AS o ON v.area_version_id = o.area_version_id
WHERE
    v.geom_3857 && area.box
    AND v.area_m2 >= (12 * s.m_per_px) ^ 2
    AND v.network = coalesce(area.args ->> 'network', 'base')
UNION ALL
-- A second feature, a point, carries the label: a label on the clipped shape would appear once in every tile.
SELECT
    2 * v.area_id + 1 AS feature_id,
    st_transform(v.label_point, 3857) AS geom,
    v.level,
    v.kind,
    NULL AS tint,
    v.code,
    v.name,
    CASE
        WHEN v.level <> 'grid' OR v.area_m2 >= (96 * s.m_per_px) ^ 2 THEN v.name
        ELSE c.short
    END AS label,
    CASE
        WHEN v.level <> 'grid' OR v.area_m2 < (96 * s.m_per_px) ^ 2 THEN NULL
        WHEN v.area_m2 < (144 * s.m_per_px) ^ 2 THEN c.short
        ELSE v.code
    END AS sub
FROM (SELECT 64116 / 2 ^ area.z AS m_per_px) AS s
CROSS JOIN app.area_at(area.at, (area.args ->> 'as_recorded')::timestamptz) AS v
LEFT JOIN core.area AS p ON v.parent_id = p.area_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN starts_with(v.code, p.code) THEN substr(v.code, length(p.code) + 1) ELSE v.code END AS short
) AS c
WHERE
    v.geom_3857 && area.box
    AND v.label_point && st_transform(area.box, 4326)
    AND v.area_m2 >= (32 * s.m_per_px) ^ 2
    AND v.network = coalesce(area.args ->> 'network', 'base');
END;
COMMENT ON FUNCTION tile.area(integer, geometry, timestamptz, jsonb) IS
'Areas of one network (args: network) as shapes, and their labels as points; box in EPSG:3857, already widened by '
'the buffer; at null = now; args: as_recorded = as was known then';
GRANT EXECUTE ON FUNCTION tile.area(integer, geometry, timestamptz, jsonb) TO gisgrid_service, gisgrid_viewer;
