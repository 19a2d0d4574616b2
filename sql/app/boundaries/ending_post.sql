CREATE FUNCTION app.ending_post(change_set bigint)
RETURNS TABLE (
    post_id bigint, from_area_id bigint, heir_id bigint, heir_path bigint [], is_taken boolean, arrow geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Posts on areas that a change set ended, with the grid that took most of the ground. is_taken: that grid has a post
-- of the role already. A post with a point in a live grid goes to that grid instead (app.to_relocate).
-- Preview and publish both call it, after the new versions were written.
SELECT
    p.post_id,
    p.area_id AS from_area_id,
    v.area_id AS heir_id,
    v.path AS heir_path,
    coalesce((
        SELECT true FROM core.post AS o
        WHERE o.area_id = v.area_id AND o.role = p.role AND o.valid_to > c.valid_from AND p.geom IS NULL
        LIMIT 1
    ), false) AS is_taken,
    st_makeline(e.label_point, coalesce(v.label_point, e.label_point)) AS arrow
FROM draft.changeset AS c
CROSS JOIN LATERAL (SELECT greatest(c.valid_from, clock_timestamp()) AS at) AS live
INNER JOIN draft.touched AS t ON c.changeset_id = t.changeset_id
INNER JOIN core.post AS p
    ON t.area_id = p.area_id AND p.valid_from < c.valid_from AND p.valid_to > c.valid_from
LEFT JOIN LATERAL (
    SELECT l.to_area_id FROM core.lineage AS l
    INNER JOIN core.area AS a ON l.to_area_id = a.area_id
    WHERE l.changeset_id = c.changeset_id AND l.from_area_id = t.area_id
    ORDER BY round(l.from_share::numeric, 6) DESC, a.code COLLATE "C"
    LIMIT 1
) AS heir ON true
LEFT JOIN LATERAL (
    SELECT a.area_id, a.path, a.label_point FROM app.area_at(live.at) AS a WHERE a.area_id = heir.to_area_id
) AS v ON true
LEFT JOIN LATERAL app.last_version(t.area_id) AS e ON true
WHERE
    c.changeset_id = ending_post.change_set
    AND NOT EXISTS (SELECT FROM app.area_at(live.at) AS a WHERE a.area_id = t.area_id)
    AND NOT EXISTS (SELECT FROM app.locate(p.geom, c.network, live.at) AS l WHERE p.geom IS NOT NULL AND l.area_id > 0);
END;
COMMENT ON FUNCTION app.ending_post(bigint) IS
'Which posts end with their area when a change set goes live, and which grid takes them over?';
