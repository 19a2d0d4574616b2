CREATE FUNCTION app.draft_leaf_near(change_set bigint, near geometry)
RETURNS TABLE (
    draft_area_id integer, code text, name text, kind text, parent_code text, geom geometry, is_changed boolean,
    is_redrawn boolean, is_sound boolean
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- OFFSET 0: by the box alone. Else the planner reads all leaves of the draft for each box, and a redraw of thousands of
-- leaves costs their square.
SELECT d.*
FROM (SELECT a.draft_area_id FROM draft.area AS a WHERE a.geom && draft_leaf_near.near OFFSET 0) AS b
CROSS JOIN LATERAL (
    SELECT l.* FROM app.draft_leaf(draft_leaf_near.change_set) AS l
    WHERE l.draft_area_id = b.draft_area_id
    OFFSET 0
) AS d;
END;
COMMENT ON FUNCTION app.draft_leaf_near(bigint, geometry) IS
'The leaves of a draft whose box meets the box of a shape, as app.draft_leaf shows them';
