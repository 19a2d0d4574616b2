CREATE FUNCTION app.kept_leaf(change_set bigint, v core.area_version) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
-- True for a version that began by the change set's date and whose row is unchanged, and for app.later_leaf's.
SELECT coalesce((
    SELECT CASE
        WHEN (kept_leaf.v).valid_from > c.valid_from THEN EXISTS (
            SELECT FROM app.later_leaf(kept_leaf.change_set) AS l
            WHERE l.area_version_id = (kept_leaf.v).area_version_id
        )
        ELSE EXISTS (
            SELECT FROM draft.area AS d
            WHERE d.changeset_id = kept_leaf.change_set AND d.code = (kept_leaf.v).code AND NOT d.is_changed
        )
    END
    FROM draft.changeset AS c WHERE c.changeset_id = kept_leaf.change_set
), false);
END;
COMMENT ON FUNCTION app.kept_leaf(bigint, core.area_version) IS
'Does this version of a leaf of a change set''s area stay as it is when the change set is published?';
