CREATE FUNCTION app.ground_change(change_set bigint, at timestamptz)
RETURNS TABLE (kind text, code text, geom geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Ground that a base leaf held before and none would hold after, and ground that none held before, at an instant: the
-- change set's date or a later one. Only redrawn leaves are compared. What is narrower than the tolerance is not
-- ground. The lattice is needed where lines nearly coincide: without it GEOS can return a
-- difference that loses ground.
WITH standing AS NOT MATERIALIZED (  -- inlined, so that a box below uses the index
    SELECT
        v.*,
        v.valid_from > c.valid_from AS is_later
    FROM draft.changeset AS c
    CROSS JOIN LATERAL app.area_at(ground_change.at) AS v
    WHERE
        c.changeset_id = ground_change.change_set AND v.network = c.network AND v.level = 'grid' AND v.kind = 'base'
        AND v.path && c.areas
),

before AS (
    SELECT v.code, v.geom
    FROM standing AS v
    WHERE
        (
            NOT v.is_later
            OR v.area_version_id NOT IN (SELECT l.area_version_id FROM app.later_leaf(ground_change.change_set) AS l)
        )
        -- NOT IN is hashed even without statistics of a new draft; an unchanged row always has a code
        AND v.code NOT IN (
            SELECT d.code FROM app.draft_leaf(ground_change.change_set) AS d
            WHERE NOT d.is_redrawn AND d.code IS NOT NULL
        )
),

difference AS (
    SELECT 'ground_lost' AS kind, b.code, st_difference(b.geom, o.geom, app.lattice_deg()) AS geom
    FROM before AS b
    CROSS JOIN LATERAL (
        SELECT
            coalesce(
                st_union(a.geom, app.lattice_deg()) FILTER (WHERE a.is_sound),
                st_setsrid('POLYGON EMPTY'::geometry, 4326)
            ) AS geom,
            bool_or(NOT a.is_sound) AS is_unsure
        FROM app.draft_leaf_near(ground_change.change_set, b.geom) AS a
        WHERE a.is_redrawn AND a.kind = 'base'
    ) AS o
    -- Which ground a shape with an invalid ring covers cannot be said before it is repaired; it is refused as it is.
    WHERE o.is_unsure IS NOT TRUE
    UNION ALL
    SELECT 'ground_gained', a.code, st_difference(a.geom, o.geom, app.lattice_deg())
    FROM app.draft_leaf(ground_change.change_set) AS a
    CROSS JOIN LATERAL (
        -- All live leaves, changed or not, a neighbour's too: where the new leaf covers one of them is an overlap, not
        -- new ground.
        SELECT coalesce(st_union(b.geom, app.lattice_deg()), st_setsrid('POLYGON EMPTY'::geometry, 4326)) AS geom
        FROM draft.changeset AS c
        CROSS JOIN LATERAL app.area_at(ground_change.at) AS b
        WHERE
            c.changeset_id = ground_change.change_set AND b.network = c.network AND b.level = 'grid'
            AND b.kind = 'base' AND b.geom && a.geom
    ) AS o
    WHERE a.is_redrawn AND a.kind = 'base' AND a.geom IS NOT NULL AND a.is_sound
)

SELECT f.kind, f.code, p.geom
FROM difference AS f
CROSS JOIN LATERAL st_dump(f.geom) AS p
WHERE st_dimension(p.geom) = 2 AND 2 * st_area(p.geom) / st_perimeter(p.geom) > app.same_line_deg();
END;
COMMENT ON FUNCTION app.ground_change(bigint, timestamptz) IS
'Which ground would a change set lose or gain at an instant? By code, with the shape';
