CREATE FUNCTION app.locate_report(
    point geometry, network text, at timestamptz, accuracy_m double precision, inside jsonb DEFAULT NULL
)
RETURNS TABLE (
    area_version_id bigint, area_id bigint, code text, level text, path bigint [], grid_code text, grid_name text,
    grid_kind text, method text, confidence double precision, distance_to_edge_m double precision, candidates jsonb,
    doubt text
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
-- The grid that holds the point, else the nearest area above the grids; where the point is not taken for a location (`doubt`), the
-- topmost area, as for a report whose location nobody knows. `inside`: the grid strictly around the point as an index in
-- memory has it (version, distance_m), which holds from `since` until `until` while core.redrawn says `redrawn`. It is
-- compared here, in the snapshot of who writes and under his lock; where it does not hold, app.locate answers.
DECLARE
    l record;
    above record;
BEGIN
    IF inside IS NOT NULL AND locate_report.accuracy_m IS NULL
        AND coalesce(locate_report.at, now()) >= (inside->>'since')::timestamptz
        AND coalesce(locate_report.at, now()) < (inside->>'until')::timestamptz
    THEN
        SELECT v.area_version_id, v.area_id, v.code, v.level, v.path, v.code, v.name, v.kind, 'inside', 1,
               (inside->>'distance_m')::float8, jsonb_build_array(jsonb_build_object('code', v.code, 'share', 1))
        INTO area_version_id, area_id, code, level, path, grid_code, grid_name, grid_kind, method, confidence,
             distance_to_edge_m, candidates
        FROM core.redrawn AS r JOIN core.area_version AS v ON v.network = r.network
        WHERE r.network = locate_report.network AND r.times = (inside->>'redrawn')::bigint
          AND v.area_version_id = (inside->>'version')::bigint;
        IF FOUND THEN
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;
    doubt := app.location_doubt(point, locate_report.network, locate_report.at, locate_report.accuracy_m, true);
    IF doubt IS NULL THEN
        SELECT * INTO l FROM app.locate(point, locate_report.network, locate_report.at, locate_report.accuracy_m);
        area_version_id := l.area_version_id; area_id := l.area_id; code := l.code; path := l.path;
        level := CASE WHEN l.area_id IS NOT NULL THEN 'grid' END;
        grid_code := l.code; grid_name := l.name; grid_kind := l.kind; method := l.method; confidence := l.confidence;
        distance_to_edge_m := l.distance_to_edge_m; candidates := l.candidates;
        IF l.area_id IS NOT NULL THEN
            RETURN NEXT;
            RETURN;
        END IF;
        doubt := app.location_doubt(point, locate_report.network, locate_report.at, locate_report.accuracy_m, false);
    END IF;
    IF doubt IS NULL THEN
        SELECT a.* INTO above FROM app.area_above(point, locate_report.network, locate_report.at) AS a;
    ELSE
        SELECT h.* INTO above FROM app.area_held(NULL, NULL, locate_report.network, locate_report.at) AS h;
        method := 'none'; confidence := 0; candidates := '[]';
    END IF;
    area_id := above.area_id; code := above.code; level := above.level; path := coalesce(above.path, '{0}');
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.locate_report(geometry, text, timestamptz, double precision, jsonb) IS
'Which area has a report of this point? Always one row. grid_...: null above the grids; doubt: why the point is not '
'taken for a location, as app.location_doubt says';
GRANT EXECUTE ON FUNCTION app.locate_report(geometry, text, timestamptz, double precision, jsonb) TO gisgrid_service;
