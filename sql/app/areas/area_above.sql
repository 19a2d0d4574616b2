CREATE FUNCTION app.area_above(point geometry, network text DEFAULT 'base', at timestamptz DEFAULT NULL)
RETURNS TABLE (area_id bigint, code text, level text, path bigint [])
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
-- Down from the topmost areas, each the union of those below it: at each level only into the nearest ones. Distances are
-- computed in the order of the boxes', until a box is farther off than an area.
DECLARE
    above bigint [];
    below bigint [];
    nearest_m double precision;
    distance_m double precision;
    v record;
BEGIN
    above := ARRAY(
        SELECT a.area_id FROM app.area_at(area_above.at) AS a
        WHERE a.parent_id IS NULL AND a.network = area_above.network AND a.level <> 'grid'
    );
    below := above;
    LOOP
        nearest_m := 'infinity';
        IF cardinality(below) > 1 THEN
            FOR v IN
                SELECT a.area_id, a.geom, b.box_m
                FROM app.area_at(area_above.at) AS a
                CROSS JOIN LATERAL (SELECT box2d(a.geom)::box3d AS box OFFSET 0) AS x
                CROSS JOIN LATERAL (
                    SELECT 108000 * sqrt(
                        (cosd(st_y(point)) * greatest(st_xmin(box) - st_x(point), st_x(point) - st_xmax(box), 0)) ^ 2
                        + greatest(st_ymin(box) - st_y(point), st_y(point) - st_ymax(box), 0) ^ 2
                    ) AS box_m
                ) AS b
                WHERE a.area_id = ANY(below)
                ORDER BY b.box_m, a.code
            LOOP
                EXIT WHEN v.box_m > nearest_m + 0.001;
                distance_m := CASE
                    WHEN st_dwithin(v.geom, point, 0) THEN 0
                    ELSE round(app.distance_to_edge_m(st_boundary(v.geom), point)::numeric, 3)
                END;
                IF distance_m < nearest_m THEN
                    nearest_m := distance_m;
                    above := '{}';
                END IF;
                IF distance_m = nearest_m THEN
                    above := above || v.area_id;
                END IF;
            END LOOP;
        ELSE
            above := below;
        END IF;
        below := ARRAY(
            SELECT a.area_id FROM app.area_at(area_above.at) AS a WHERE a.parent_id = ANY(above) AND a.level <> 'grid'
        );
        EXIT WHEN below = '{}';
    END LOOP;
    RETURN QUERY
    SELECT a.area_id, a.code, a.level, a.path FROM app.area_at(area_above.at) AS a
    WHERE a.area_id = ANY(above) ORDER BY a.code COLLATE "C" LIMIT 1;
END $$;
COMMENT ON FUNCTION app.area_above(geometry, text, timestamptz) IS
'Which area above the leaves gets a point outside every grid on its work list? The nearest one; no row: there is none';
GRANT EXECUTE ON FUNCTION app.area_above(geometry, text, timestamptz) TO gisgrid_service, gisgrid_viewer;
