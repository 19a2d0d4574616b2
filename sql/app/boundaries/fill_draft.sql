CREATE FUNCTION app.fill_draft(change_set bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Copy the leaves of the change set's area that apply at its date into the draft. Returns how many.
DECLARE
    copied bigint;
BEGIN
    INSERT INTO draft.base (changeset_id, area_version_id)
    SELECT change_set, v.area_version_id FROM app.live_leaf(change_set) AS v;
    INSERT INTO draft.area (changeset_id, code, name, level, kind, parent_code, base_version_id, geom)
    SELECT change_set, v.code, v.name, v.level, v.kind, p.code, v.area_version_id, v.geom
    FROM app.live_leaf(change_set) AS v
    LEFT JOIN core.area AS p ON p.area_id = v.parent_id;
    GET DIAGNOSTICS copied = ROW_COUNT;
    IF copied > 500 THEN  -- else every check is planned as for a draft of one row
        ANALYZE draft.base;
        ANALYZE draft.area (changeset_id, code, level, base_version_id, is_changed);
    END IF;
    RETURN copied;
END $$;
COMMENT ON FUNCTION app.fill_draft(bigint) IS 'Copy the live leaves of a change set''s subtree into its draft';
