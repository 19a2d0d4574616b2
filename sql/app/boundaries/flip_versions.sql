CREATE FUNCTION app.flip_versions(change_set bigint) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Close the records that the staged versions replace, write what remains of them, write the staged versions (which keeps
-- shares of ground: app.keep_ground) and the lineage. Returns the instant of record.
DECLARE
    recorded timestamptz := clock_timestamp();
    starts timestamptz := (SELECT valid_from FROM draft.changeset WHERE changeset_id = change_set);
BEGIN
    WITH closed AS (
        UPDATE core.area_version AS v SET recorded_to = recorded
        WHERE v.recorded_to = 'infinity' AND v.valid_to > starts
          AND v.area_id IN (SELECT s.area_id FROM draft.staged AS s WHERE s.changeset_id = change_set)
        RETURNING v.*
    )
    INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom, label_point,
                                   area_m2, valid_from, valid_to, recorded_from, changeset_id)
    SELECT area_id, network, code, level, kind, name, parent_id, path, geom, label_point, area_m2,
           valid_from, starts, recorded, changeset_id
    FROM closed WHERE valid_from < starts;

    INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom, label_point,
                                   area_m2, valid_from, valid_to, recorded_from, changeset_id)
    SELECT a.area_id, a.network, a.code, a.level, a.kind, coalesce(s.name, a.code), s.parent_id, s.path, s.geom,
           s.label_point, s.area_m2, s.valid_from, s.valid_to, recorded, change_set
    FROM draft.staged AS s
    JOIN core.area AS a ON a.area_id = s.area_id
    WHERE s.changeset_id = change_set AND s.geom IS NOT NULL;

    INSERT INTO draft.touched (changeset_id, area_id)
    SELECT DISTINCT change_set, s.area_id FROM draft.staged AS s WHERE s.changeset_id = change_set
    ON CONFLICT DO NOTHING;
    IF (SELECT count(*) FROM draft.touched WHERE changeset_id = change_set) > 500 THEN
        ANALYZE draft.touched;  -- else what follows a publish is planned as for a change of one area
        ANALYZE core.area_version;
        ANALYZE core.version_shape;
        ANALYZE core.shared_ground;
    END IF;
    PERFORM app.record_lineage(change_set, recorded);
    RETURN recorded;
END $$;
COMMENT ON FUNCTION app.flip_versions(bigint) IS 'Make the staged versions the live ones';
