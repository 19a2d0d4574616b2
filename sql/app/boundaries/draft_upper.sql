CREATE FUNCTION app.draft_upper(change_set bigint)
RETURNS TABLE (area_id bigint, code text, level text, name text, parent_id bigint, path bigint [], drawn geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- The areas above the leaves: those of the draft, and the live ones that the draft does not name.
WITH RECURSIVE node AS (
    SELECT
        a.area_id,
        a.code,
        a.level,
        coalesce(d.name, v.name, a.code) AS name,
        CASE WHEN d.draft_area_id IS NULL THEN v.parent_id ELSE p.area_id END AS parent_id,
        coalesce(d.geom, v.geom) AS drawn
    FROM draft.changeset AS c
    INNER JOIN core.area AS a ON c.network = a.network AND a.level <> 'grid'
    LEFT JOIN draft.area AS d ON c.changeset_id = d.changeset_id AND a.code = d.code
    LEFT JOIN core.area AS p ON c.network = p.network AND d.parent_code = p.code
    LEFT JOIN LATERAL app.area_at(c.valid_from) AS v ON a.area_id = v.area_id
    WHERE c.changeset_id = draft_upper.change_set AND (d.draft_area_id IS NOT NULL OR v.area_id IS NOT NULL)
),

tree AS (
    SELECT n.*, ARRAY[0, n.area_id]::bigint [] AS path FROM node AS n WHERE n.parent_id IS NULL
    UNION ALL
    SELECT n.*, t.path || n.area_id FROM node AS n INNER JOIN tree AS t ON n.parent_id = t.area_id
)

SELECT t.area_id, t.code, t.level, t.name, t.parent_id, t.path, t.drawn FROM tree AS t;
END;
COMMENT ON FUNCTION app.draft_upper(bigint) IS
'The areas above the leaves as they would be after publishing, with paths';
