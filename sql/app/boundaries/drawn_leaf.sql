CREATE FUNCTION app.drawn_leaf(change_set bigint)
RETURNS TABLE (code text, name text, kind text, geom geometry, is_ended boolean, is_sound boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT d.code, d.name, d.kind, d.geom, false, d.is_sound
FROM draft.area AS d
WHERE d.changeset_id = drawn_leaf.change_set AND d.level = 'grid' AND d.is_changed AND d.code IS NOT NULL
UNION ALL
SELECT v.code, v.name, v.kind, v.geom, true, true
FROM draft.base AS b
INNER JOIN core.area_version AS v ON b.area_version_id = v.area_version_id
WHERE
    b.changeset_id = drawn_leaf.change_set
    -- NOT IN is hashed even without statistics of a new draft
    AND v.code NOT IN (
        SELECT d.code FROM draft.area AS d WHERE d.changeset_id = drawn_leaf.change_set AND d.code IS NOT NULL
    );
END;
COMMENT ON FUNCTION app.drawn_leaf(bigint) IS
'Which leaves does a draft alter, add or end? An ended one has the shape that the draft began with';
