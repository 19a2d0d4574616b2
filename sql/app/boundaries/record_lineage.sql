CREATE FUNCTION app.record_lineage(change_set bigint, recorded timestamptz) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Which ground of an old leaf went to which new leaf, as shares of both. Shares compare areas in degrees: within one
-- leaf they are right to 1e-5, and they add up. They were kept when the versions were written (app.keep_ground).
-- An area lives on if it keeps its code and more than half of its ground. Ground that passes between areas that live on
-- is a line that moved, not descent. Of an area that does not live on, heirs (or ancestors) are those with at least a
-- tenth of what the largest has. The words count descents.
INSERT INTO core.lineage (changeset_id, network, from_area_id, to_area_id, kind, from_share, to_share, valid_from)
WITH before AS (
    SELECT v.area_id, v.kind, x.shape_id
    FROM draft.changeset AS c
    INNER JOIN draft.staged AS s ON c.changeset_id = s.changeset_id AND s.level = 'grid'
    INNER JOIN core.area_version AS v
        ON
            s.area_id = v.area_id AND v.recorded_to = record_lineage.recorded
            AND v.valid_from <= c.valid_from AND v.valid_to > c.valid_from
    INNER JOIN core.version_shape AS x ON v.area_version_id = x.area_version_id
    WHERE c.changeset_id = record_lineage.change_set
),

-- From old leaf to shape to new leaf, each by its key: joined as a whole, all old ones were held against all new ones.
pair AS (
    SELECT
        b.area_id AS from_area_id,
        a.area_id AS to_area_id,
        f.from_share,
        f.to_share
    FROM before AS b
    CROSS JOIN LATERAL (
        SELECT g.other_id, g.share AS from_share, t.share AS to_share
        FROM core.shared_ground AS g
        INNER JOIN core.shared_ground AS t ON g.other_id = t.shape_id AND g.shape_id = t.other_id
        WHERE g.shape_id = b.shape_id
        UNION ALL
        SELECT b.shape_id, 1, 1
    ) AS f
    CROSS JOIN LATERAL (
        SELECT v.area_id
        FROM core.version_shape AS x
        INNER JOIN core.area_version AS v ON x.area_version_id = v.area_version_id
        INNER JOIN draft.staged AS s
            ON v.area_id = s.area_id AND v.valid_from = s.valid_from AND v.changeset_id = s.changeset_id
        WHERE
            x.shape_id = f.other_id AND v.kind = b.kind AND v.recorded_from = record_lineage.recorded
            AND v.changeset_id = record_lineage.change_set AND s.level = 'grid' AND s.geom IS NOT NULL
        OFFSET 0
    ) AS a
),

weighed AS (
    SELECT
        p.*,
        bool_or(p.from_area_id = p.to_area_id AND p.from_share > 0.5 + 1e-6)
            OVER (PARTITION BY p.from_area_id) AS from_lives,
        bool_or(p.from_area_id = p.to_area_id AND p.from_share > 0.5 + 1e-6)
            OVER (PARTITION BY p.to_area_id) AS to_lives,
        max(p.from_share) OVER (PARTITION BY p.from_area_id) AS most_given,
        max(p.to_share) OVER (PARTITION BY p.to_area_id) AS most_taken
    FROM pair AS p
),

descent AS (
    SELECT
        w.*,
        w.from_area_id = w.to_area_id
        OR (NOT w.from_lives AND w.from_share > 0.1 * w.most_given - 1e-6)
        OR (NOT w.to_lives AND w.to_share > 0.1 * w.most_taken - 1e-6) AS is_descent
    FROM weighed AS w
),

counted AS (
    SELECT
        d.*,
        count(*) FILTER (WHERE d.is_descent) OVER (PARTITION BY d.from_area_id) AS heirs,
        count(*) FILTER (WHERE d.is_descent) OVER (PARTITION BY d.to_area_id) AS ancestors
    FROM descent AS d
)

SELECT
    c.changeset_id,
    c.network,
    n.from_area_id,
    n.to_area_id,
    CASE
        WHEN NOT n.is_descent THEN 'reshape'
        WHEN n.heirs > 1 AND n.ancestors > 1 THEN 'recut'
        WHEN n.heirs > 1 THEN 'split'
        WHEN n.ancestors > 1 THEN 'merge'
        WHEN n.from_area_id = n.to_area_id THEN 'reshape'
        ELSE 'renumber'
    END,
    n.from_share,
    n.to_share,
    c.valid_from
FROM counted AS n
CROSS JOIN draft.changeset AS c
WHERE c.changeset_id = record_lineage.change_set;
END;
COMMENT ON FUNCTION app.record_lineage(bigint, timestamptz) IS
'Record which old leaves become which new ones, with shares of ground';
