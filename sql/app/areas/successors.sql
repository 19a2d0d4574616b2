CREATE FUNCTION app.successors(area_id bigint, at timestamptz DEFAULT NULL)
RETURNS TABLE (successor_id bigint, code text, name text, kind text, share double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The shares are those of the ground, over all change sets between: kept of base grids, else measured. Shares that are
-- multiplied along core.lineage would pass on ground that a neighbour brought in, and would count ground that an undo
-- took back. The shares and the share of ground lost add up to 1. Ground that a special grid held, and none holds now,
-- counts for the base grids below it.
WITH old AS (SELECT v.* FROM app.last_version(successors.area_id, successors.at) AS v),

kept AS (
    SELECT
        v.area_id,
        v.code,
        v.name,
        v.kind,
        CASE WHEN y.shape_id = x.shape_id THEN 1 ELSE g.share END AS share
    FROM old AS o
    INNER JOIN core.version_shape AS x ON o.area_version_id = x.area_version_id
    CROSS JOIN LATERAL (
        SELECT x.shape_id AS other_id, 1::double precision AS share
        UNION ALL
        SELECT s.other_id, s.share FROM core.shared_ground AS s WHERE s.shape_id = x.shape_id
    ) AS g
    INNER JOIN core.version_shape AS y ON g.other_id = y.shape_id
    INNER JOIN app.area_at(successors.at) AS v ON y.area_version_id = v.area_version_id
    WHERE
        o.level = 'grid' AND o.kind = 'base' AND v.kind = 'base'
        AND NOT EXISTS (SELECT FROM app.area_at(successors.at) AS s WHERE s.area_id = o.area_id)
),

same AS (
    SELECT v.*, st_intersection(o.geom, v.geom, app.lattice_deg()) AS part
    FROM old AS o
    CROSS JOIN LATERAL app.area_at(successors.at) AS v
    WHERE
        (o.level <> 'grid' OR o.kind <> 'base')
        AND v.network = o.network AND v.level = o.level AND v.kind = o.kind
        AND v.geom && o.geom AND st_relate(v.geom, o.geom, '2********')
        AND NOT EXISTS (SELECT FROM app.area_at(successors.at) AS s WHERE s.area_id = o.area_id)
),

left_over AS (
    SELECT
        o.network,
        o.level,
        st_difference(
            o.geom,
            coalesce(
                (SELECT st_union(s.part, app.lattice_deg()) FROM same AS s), st_setsrid('POLYGON EMPTY'::geometry, 4326)
            ),
            app.lattice_deg()
        ) AS geom
    FROM old AS o
    WHERE o.kind <> 'base' AND NOT EXISTS (SELECT FROM app.area_at(successors.at) AS s WHERE s.area_id = o.area_id)
),

below AS (
    SELECT v.*, st_intersection(f.geom, v.geom, app.lattice_deg()) AS part
    FROM left_over AS f
    CROSS JOIN LATERAL app.area_at(successors.at) AS v
    WHERE
        v.network = f.network AND v.level = f.level AND v.kind = 'base'
        AND v.geom && f.geom AND st_relate(v.geom, f.geom, '2********')
),

heir AS (
    SELECT k.area_id, k.code, k.name, k.kind, k.share, NULL::geometry AS part
    FROM kept AS k
    UNION ALL
    SELECT h.area_id, h.code, h.name, h.kind, NULL, h.part
    FROM same AS h
    UNION ALL
    SELECT b.area_id, b.code, b.name, b.kind, NULL, b.part
    FROM below AS b
    UNION ALL
    SELECT v.area_id, v.code, v.name, v.kind, 1, NULL
    FROM app.area_at(successors.at) AS v
    WHERE v.area_id = successors.area_id
)

SELECT
    s.area_id AS successor_id,
    s.code,
    s.name,
    s.kind,
    s.share
FROM (
    SELECT
        h.area_id,
        h.code,
        h.name,
        h.kind,
        round(
            coalesce(h.share, least(st_area(st_collectionextract(h.part, 3)) / st_area(o.geom), 1))::numeric, 10
        )::double precision AS share
    FROM heir AS h
    CROSS JOIN old AS o
) AS s
WHERE s.share > 0
ORDER BY round(s.share::numeric, 6) DESC, s.code COLLATE "C";
END;
COMMENT ON FUNCTION app.successors(bigint, timestamptz) IS
'Which live areas hold this area''s ground at that instant, with their shares of it? What is missing to 1 was lost';
GRANT EXECUTE ON FUNCTION app.successors(bigint, timestamptz) TO gisgrid_service, gisgrid_viewer;
