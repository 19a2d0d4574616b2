CREATE FUNCTION app.flip_changeset(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Write the staged versions, then take the boundary lock right before the commit that shows them. By then all reports
-- located by the old versions have ended; reports that wait for the lock see the new versions. So reports wait for a
-- commit only, however many versions are written.
DECLARE
    recorded timestamptz;
BEGIN
    BEGIN
        recorded := app.flip_versions(change_set);
    EXCEPTION WHEN exclusion_violation THEN
        PERFORM app.refuse('changed_meanwhile', change_set::text);
    END;
    PERFORM app.record_boundary_change(change_set);
    UPDATE draft.changeset AS c SET
        status = 'published',
        published_at = recorded,
        summary = (SELECT jsonb_build_object(
            'changeset_id', change_set,
            'grids', count(DISTINCT s.area_id) FILTER (WHERE s.level = 'grid' AND s.geom IS NOT NULL),
            'ended', count(DISTINCT s.area_id) FILTER (WHERE s.level = 'grid' AND s.geom IS NULL),
            'above', count(DISTINCT s.area_id) FILTER (WHERE s.level <> 'grid'))
        FROM draft.staged AS s WHERE s.changeset_id = change_set)
    WHERE c.changeset_id = change_set;
    DELETE FROM draft.staged WHERE changeset_id = change_set;
    PERFORM app.take_boundary_lock();
END $$;
COMMENT ON FUNCTION app.flip_changeset(bigint) IS
'Make the staged versions live; the commit must be next, because intake waits for it';
