CREATE FUNCTION app.later_leaf(change_set bigint) RETURNS SETOF core.area_version
LANGUAGE sql STABLE
BEGIN ATOMIC
-- For a change set with an earlier date: later versions outside its area, and inside it later versions of leaves that
-- the draft neither changes nor deletes. A draft that was not filled replaces all versions inside.
SELECT v.*
FROM draft.changeset AS c
INNER JOIN core.area_version AS v ON c.network = v.network AND v.level = 'grid'
WHERE
    c.changeset_id = later_leaf.change_set AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from
    AND (NOT v.path && c.areas OR (c.is_filled AND coalesce(
        (
            SELECT NOT d.is_changed FROM draft.area AS d
            WHERE d.changeset_id = c.changeset_id AND d.level = 'grid' AND d.code = v.code
            LIMIT 1
        ),
        NOT EXISTS (
            SELECT FROM draft.base AS b
            INNER JOIN core.area_version AS o ON b.area_version_id = o.area_version_id
            WHERE b.changeset_id = c.changeset_id AND o.area_id = v.area_id
        )
    )));
END;
COMMENT ON FUNCTION app.later_leaf(bigint) IS
'Which versions of leaves begin after a change set''s date and stay as they are when it is published?';
