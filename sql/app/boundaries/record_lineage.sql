CREATE FUNCTION app.record_lineage(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Which ground of an old leaf went to which new leaf, as shares of both. Shares compare areas in degrees: within one
-- leaf they are right to 1e-5, and they add up. The lattice of 1e-13 degrees is needed where lines nearly coincide:
-- without it GEOS can lose a whole share.
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
    INNER JOIN draft.staged AS s ON s.changeset_id = record_lineage.change_set AND s.level = 'grid' AND b.geom && s.geom
    INNER JOIN core.area AS a ON s.area_id = a.area_id AND b.kind = a.kind
    CROSS JOIN LATERAL (
        SELECT st_collectionextract(st_intersection(b.geom, s.geom, 1e-13), 3) AS geom WHERE true OFFSET 0
    ) AS x
    WHERE st_relate(b.geom, s.geom, '2********') AND st_area(x.geom) > 0
),

counted AS (
    -- A share below a millionth counts neither as a split nor as a merge.
    SELECT
        p.*,
        count(*) FILTER (WHERE p.from_share > 1e-6) OVER (PARTITION BY p.from_area_id) AS heirs,
        count(*) FILTER (WHERE p.to_share > 1e-6) OVER (PARTITION BY p.to_area_id) AS ancestors
    FROM pair AS p
)

SELECT
    c.changeset_id,
    c.network,
    n.from_area_id,
    n.to_area_id,
    CASE
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
