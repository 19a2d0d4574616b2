CREATE FUNCTION app.draft_leaf(change_set bigint)
RETURNS TABLE (
    draft_area_id bigint, code text, name text, kind text, parent_code text, geom geometry, is_changed boolean
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
    d.is_changed
FROM draft.area AS d
WHERE d.changeset_id = draft_leaf.change_set AND d.level = 'grid';
END;
COMMENT ON FUNCTION app.draft_leaf(bigint) IS
'The leaves of a draft, each with is_changed: does it differ from its base version?';
