CREATE FUNCTION app.record_lineage(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Which ground of an old leaf went to which new leaf, as shares of both. Shares compare areas in degrees: within one
-- leaf they are right to 1e-5, and they add up. The lattice is needed where lines nearly coincide:
-- without it GEOS can lose a whole share.
-- An area lives on if it keeps its code and more than half of its ground. Ground that passes between areas that live on
-- is a line that moved, not descent. Of an area that does not live on, heirs (or ancestors) are those with at least a
-- tenth of what the largest has. The words count descents.
INSERT INTO core.lineage (changeset_id, network, from_area_id, to_area_id, kind, from_share, to_share, valid_from)
WITH before AS (
    SELECT v.area_id, v.geom, v.kind
    FROM draft.changeset AS c
    INNER JOIN draft.staged AS s ON c.changeset_id = s.changeset_id AND s.level = 'grid'
    CROSS JOIN LATERAL (SELECT a.* FROM app.area_at(c.valid_from) AS a WHERE a.area_id = s.area_id OFFSET 0) AS v
    WHERE c.changeset_id = record_lineage.change_set
),

pair AS (
    SELECT
        b.area_id AS from_area_id,
        s.area_id AS to_area_id,
        least(st_area(x.geom) / st_area(b.geom), 1) AS from_share,
        least(st_area(x.geom) / st_area(s.geom), 1) AS to_share
    FROM before AS b
    CROSS JOIN LATERAL (SELECT o.* FROM draft.staged AS o WHERE o.level = 'grid' AND b.geom && o.geom OFFSET 0) AS s
    INNER JOIN core.area AS a ON s.area_id = a.area_id AND b.kind = a.kind
    CROSS JOIN LATERAL (
        SELECT st_collectionextract(st_intersection(b.geom, s.geom, app.lattice_deg()), 3) AS geom WHERE true OFFSET 0
    ) AS x
    WHERE
        s.changeset_id = record_lineage.change_set
        AND st_relate(b.geom, s.geom, '2********') AND st_area(x.geom) > 0
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
COMMENT ON FUNCTION app.record_lineage(bigint) IS 'Record which old leaves become which new ones, with shares of ground';
