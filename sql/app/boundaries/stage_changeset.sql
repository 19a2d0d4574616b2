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
    UPDATE draft.staged SET
        label_point = (st_maximuminscribedcircle(geom)).center,
        area_m2 = st_area(geom::geography)
    WHERE changeset_id = change_set AND geom IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.stage_changeset(bigint, boolean) IS 'Stage the versions that a change set brings';
