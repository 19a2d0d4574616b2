CREATE FUNCTION app.draft_leaf(change_set bigint)
RETURNS TABLE (
    draft_area_id integer, code text, name text, kind text, parent_code text, geom geometry, is_changed boolean,
    is_redrawn boolean, is_sound boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT
    d.draft_area_id,
    d.code,
    d.name,
    d.kind,
    d.parent_code,
    d.geom,
    d.is_changed,
    -- A new name of an earlier date also replaces later versions, shape and all.
    d.is_redrawn OR (d.is_changed AND EXISTS (
        SELECT
        FROM draft.changeset AS c
        INNER JOIN core.area_version AS v ON c.network = v.network
        WHERE
            c.changeset_id = d.changeset_id AND v.code = d.code AND v.level = 'grid'
            AND v.recorded_to = 'infinity' AND v.valid_from > c.valid_from
    )) AS is_redrawn,
    d.is_sound
FROM draft.area AS d
WHERE d.changeset_id = draft_leaf.change_set AND d.level = 'grid';
END;
COMMENT ON FUNCTION app.draft_leaf(bigint) IS
'The leaves of a draft, each with is_changed: does it differ from its base version? And is_redrawn: in more than its name?';
