CREATE FUNCTION tile.ground(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (feature_id bigint, geom geometry, kind text, class text, name text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- A street shows from the zoom at which its class can be distinguished; other lines and polygons from 12 px on.
-- m_per_px: metres of EPSG:3857 a pixel of a 512-pixel tile. Below zoom 16, the last one made, shapes lose what is
-- smaller than half a pixel. Names come where there is room for them. Ground is as it is today: at is not asked.
SELECT
    g.ground_id AS feature_id,
    CASE WHEN ground.z >= 16 THEN g.geom_3857 ELSE st_simplify(g.geom_3857, s.m_per_px / 2, true) END AS geom,
    g.kind,
    g.class,
    CASE WHEN ground.z >= 14 OR g.kind <> 'street' THEN g.name END AS name
FROM (SELECT 40075016.7 / 512 / 2 ^ ground.z AS m_per_px) AS s
CROSS JOIN overlay.ground AS g
WHERE
    g.geom_3857 && ground.box
    AND CASE
        WHEN g.class IN ('trunk', 'rail', 'surface', 'middle') THEN ground.z >= 8
        WHEN g.class = 'arterial' THEN ground.z >= 10
        WHEN g.class = 'main' THEN ground.z >= 12
        WHEN g.class = 'street' THEN ground.z >= 13
        WHEN g.class = 'lane' THEN ground.z >= 14
        ELSE greatest(
            st_xmax(g.geom_3857) - st_xmin(g.geom_3857), st_ymax(g.geom_3857) - st_ymin(g.geom_3857)
        ) >= 12 * s.m_per_px
    END;
END;
COMMENT ON FUNCTION tile.ground(integer, geometry, timestamptz, jsonb) IS
'Streets, railways, water, green; box in EPSG:3857, already widened by the buffer; at is not asked';
GRANT EXECUTE ON FUNCTION tile.ground(integer, geometry, timestamptz, jsonb) TO gisgrid_service, gisgrid_viewer;
