CREATE FUNCTION app.rebase_draft(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Take over what others published since the draft was opened, for leaves that the draft has not changed.
DECLARE
    taken bigint[] := ARRAY(SELECT g.area_version_id FROM app.gone_base(change_set) AS g WHERE NOT g.is_conflict);
BEGIN
    IF cardinality(taken) > 0 THEN
        DELETE FROM draft.area AS d WHERE d.changeset_id = change_set AND d.base_version_id = ANY(taken);
        DELETE FROM draft.base AS b WHERE b.changeset_id = change_set AND b.area_version_id = ANY(taken);
    END IF;
    WITH unknown AS MATERIALIZED (
        SELECT l.area_version_id, l.area_id FROM app.live_leaf(change_set) AS l
        LEFT JOIN draft.base AS b ON b.changeset_id = change_set AND b.area_version_id = l.area_version_id
        WHERE b.area_version_id IS NULL
    ), theirs AS (
        SELECT l.*, p.code AS parent FROM unknown AS u
        JOIN core.area_version AS l ON l.area_version_id = u.area_version_id
        LEFT JOIN core.area AS p ON p.area_id = l.parent_id
        WHERE NOT EXISTS (
            SELECT FROM draft.base AS b JOIN core.area_version AS v USING (area_version_id)
            WHERE b.changeset_id = change_set AND v.area_id = u.area_id)
    ), noted AS (
        INSERT INTO draft.base (changeset_id, area_version_id) SELECT change_set, t.area_version_id FROM theirs AS t
    )
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT change_set, t.code, t.name, t.level, t.kind, t.parent, t.area_version_id, t.geom FROM theirs AS t;
END $$;
COMMENT ON FUNCTION app.rebase_draft(bigint) IS
'Take over what others published since a draft was opened, for leaves that the draft has not changed';
