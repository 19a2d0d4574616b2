CREATE FUNCTION app.stage_changeset(change_set bigint, is_noded boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The slow part, for which nobody waits: rows of core.area, versions.
BEGIN
    DELETE FROM draft.staged WHERE changeset_id = change_set;
    PERFORM app.name_areas(change_set);
    PERFORM app.stage_leaves(change_set);
    IF (SELECT count(*) FROM draft.staged WHERE changeset_id = change_set) > 500 THEN
        ANALYZE draft.staged (changeset_id, area_id, level);  -- else lineage is planned as for a change of one row
        ANALYZE core.area (area_id, network, code, level);
    END IF;
    PERFORM app.stage_level(change_set, l.level, is_noded) FROM (
        SELECT level FROM core.level WHERE level <> 'grid' ORDER BY rank DESC) AS l;
    UPDATE draft.staged AS s SET label_point = m.label_point, area_m2 = m.area_m2
    FROM app.measured_stage(change_set) AS m
    WHERE s.staged_id = m.staged_id;
END $$;
COMMENT ON FUNCTION app.stage_changeset(bigint, boolean) IS 'Stage the versions that a change set brings';
