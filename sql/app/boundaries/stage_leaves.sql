CREATE FUNCTION app.stage_leaves(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Stage each leaf that the change set alters from valid_from on: with its new shape, or with geom null if it ends.
-- A filled draft leaves alone the leaves that it did not draw, their later versions included. An unfilled one replaces
-- all leaves, except those that one version describes already, from before valid_from to infinity.
INSERT INTO draft.staged (changeset_id, area_id, level, name, parent_id, path, geom, valid_from)
WITH wanted AS (
    SELECT
        d.draft_area_id,
        a.area_id,
        d.is_changed,
        d.base_version_id,
        u.area_id AS parent_id,
        coalesce(u.path, '{0}') || a.area_id AS path
    FROM draft.changeset AS c
    INNER JOIN draft.area AS d ON c.changeset_id = d.changeset_id AND d.level = 'grid'
    INNER JOIN core.area AS a ON c.network = a.network AND d.code = a.code
    LEFT JOIN app.draft_upper(stage_leaves.change_set) AS u ON d.parent_code = u.code
    WHERE c.changeset_id = stage_leaves.change_set
),

other AS MATERIALIZED (
    -- Leaves out unchanged copies of a version that applies at valid_from; no shapes yet.
    SELECT w.*
    FROM draft.changeset AS c
    CROSS JOIN wanted AS w
    LEFT JOIN core.area_version AS v ON w.base_version_id = v.area_version_id AND NOT w.is_changed
    WHERE
        c.changeset_id = stage_leaves.change_set
        AND (
            v.recorded_to = 'infinity' AND v.valid_from <= c.valid_from AND v.path = w.path
            AND (c.is_filled OR v.valid_to = 'infinity')
        ) IS NOT TRUE
)

SELECT
    c.changeset_id,
    w.area_id,
    'grid',
    d.name,
    w.parent_id,
    w.path,
    d.geom,
    c.valid_from
FROM draft.changeset AS c
CROSS JOIN other AS w
INNER JOIN draft.area AS d ON w.draft_area_id = d.draft_area_id
LEFT JOIN core.area_version AS v
    ON
        w.area_id = v.area_id AND v.recorded_to = 'infinity'
        AND v.valid_from <= c.valid_from AND v.valid_to > c.valid_from
WHERE
    c.changeset_id = stage_leaves.change_set
    AND (
        v.area_version_id IS NULL OR (v.name, v.path) IS DISTINCT FROM (d.name, w.path)
        OR (v.geom = d.geom) IS NOT TRUE
        OR (v.valid_to < 'infinity' AND (w.is_changed OR NOT c.is_filled))
    )
UNION ALL
SELECT
    e.changeset_id,
    e.area_id,
    'grid',
    NULL,
    NULL,
    NULL,
    NULL,
    e.valid_from
FROM (
    SELECT DISTINCT c.changeset_id, c.valid_from, v.area_id
    FROM draft.changeset AS c
    INNER JOIN core.area_version AS v ON c.network = v.network AND v.level = 'grid'
    WHERE
        c.changeset_id = stage_leaves.change_set
        AND v.recorded_to = 'infinity' AND v.valid_to > c.valid_from
        AND v.path && c.areas
        AND NOT EXISTS (
            SELECT FROM draft.area AS d
            WHERE d.changeset_id = stage_leaves.change_set AND d.level = 'grid' AND d.code = v.code
        )
        AND (v.valid_from <= c.valid_from OR NOT EXISTS (
            SELECT FROM app.later_leaf(stage_leaves.change_set) AS l WHERE l.area_id = v.area_id
        ))
) AS e;
END;
COMMENT ON FUNCTION app.stage_leaves(bigint) IS 'Stage the leaves that a change set alters, adds or ends';
