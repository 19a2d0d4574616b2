CREATE FUNCTION app.draw_areas(
    change_set bigint, codes text [], names text [], levels text [], kinds text [], parents text [],
    shapes bytea []
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The rows of a file replace those of the same codes in an open draft.
DECLARE
    c draft.changeset;
    before bigint := (SELECT count(*) FROM draft.area AS d WHERE d.changeset_id = change_set AND d.is_changed);
    after bigint;
BEGIN
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        PERFORM app.refuse('changeset_unknown', change_set::text);
    ELSIF c.status <> 'open' THEN
        PERFORM app.refuse_ended(change_set, c.status);
    ELSIF c.path <> '{0}' AND levels && ARRAY(SELECT level FROM core.level WHERE level <> 'grid') THEN
        PERFORM app.refuse('only_grids');
    END IF;
    WITH gone AS (
        DELETE FROM draft.area AS d WHERE d.changeset_id = change_set AND d.code = ANY(codes)
        RETURNING d.code, d.parent_code, d.base_version_id
    )
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT change_set, r.code, r.name, r.level, r.kind,
           coalesce(r.parent, g.parent_code), g.base_version_id,
           CASE WHEN v.geom IS NOT NULL AND app.is_same_ground(s.geom, v.geom) THEN v.geom ELSE s.geom END
    FROM unnest(codes, names, levels, kinds, parents, shapes)
        WITH ORDINALITY AS r (code, name, level, kind, parent, shape, number)
    CROSS JOIN LATERAL (SELECT st_geomfromwkb(r.shape, 4326) AS geom) AS s
    LEFT JOIN gone AS g ON g.code = r.code
    LEFT JOIN LATERAL (
        SELECT a.geom FROM app.area_at(c.valid_from) AS a
        WHERE a.network = c.network AND a.code = r.code) AS v ON true
    ORDER BY r.number;
    after := (SELECT count(*) FROM draft.area AS d WHERE d.changeset_id = change_set AND d.is_changed);
    -- Else every check is planned as for a draft of one row. Each time that it has doubled: a file comes in many calls.
    IF after > 500 AND trunc(log(2, after)) > trunc(log(2, greatest(before, 1))) THEN
        ANALYZE draft.area;
    END IF;
END $$;
COMMENT ON FUNCTION app.draw_areas(bigint, text [], text [], text [], text [], text [], bytea []) IS
'Draw areas (MultiPolygons as WKB, EPSG:4326) in an open draft; they replace its rows of the same codes';
GRANT EXECUTE ON FUNCTION app.draw_areas(bigint, text [], text [], text [], text [], text [], bytea [])
TO gisgrid_service;
