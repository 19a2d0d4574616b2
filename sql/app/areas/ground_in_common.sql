CREATE FUNCTION app.ground_in_common() RETURNS TABLE (shape_id bigint, other_id bigint, share double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
-- Grids of one kind that ever applied together have no ground in common, as app.keep_ground says, which measures only
-- what is new.
WITH shape AS MATERIALIZED (
    SELECT v.area_version_id, v.network, v.kind, v.geom FROM core.area_version AS v
    INNER JOIN core.version_shape AS s ON v.area_version_id = s.area_version_id AND v.area_version_id = s.shape_id
),

pair AS MATERIALIZED (
    SELECT
        a.area_version_id AS one_id,
        b.area_version_id AS other_id,
        a.geom AS one,
        b.geom AS other
    FROM shape AS a
    CROSS JOIN LATERAL (
        SELECT v.area_version_id, v.network, v.kind, v.geom FROM core.area_version AS v
        WHERE v.level = 'grid' AND v.geom && a.geom OFFSET 0
    ) AS b
    INNER JOIN core.version_shape AS s ON b.area_version_id = s.area_version_id AND b.area_version_id = s.shape_id
    WHERE
        a.area_version_id < b.area_version_id AND a.network = b.network
        AND (a.kind <> b.kind OR NOT EXISTS (
            SELECT FROM core.version_shape AS x
            INNER JOIN core.area_version AS l ON x.area_version_id = l.area_version_id
            INNER JOIN core.version_shape AS y ON y.shape_id = b.area_version_id
            INNER JOIN core.area_version AS m ON y.area_version_id = m.area_version_id
            WHERE
                x.shape_id = a.area_version_id AND l.valid_from < m.valid_to AND m.valid_from < l.valid_to
                AND l.recorded_from < m.recorded_to AND m.recorded_from < l.recorded_to
        ))
),

cut AS MATERIALIZED (
    SELECT
        p.*,
        CASE
            WHEN r.relation LIKE '__F__F___' THEN st_area(p.one)
            WHEN r.relation LIKE '______FF_' THEN st_area(p.other)
            ELSE st_area(st_collectionextract(st_intersection(p.one, p.other, app.lattice_deg()), 3))
        END AS ground
    FROM pair AS p
    CROSS JOIN LATERAL st_relate(p.one, p.other) AS r (relation)
    WHERE r.relation LIKE '2________'
)

SELECT c.one_id, c.other_id, least(c.ground / st_area(c.one), 1) FROM cut AS c WHERE c.ground > 0
UNION ALL
SELECT c.other_id, c.one_id, least(c.ground / st_area(c.other), 1) FROM cut AS c WHERE c.ground > 0;
END;
COMMENT ON FUNCTION app.ground_in_common() IS
'What core.shared_ground should hold, measured of all shapes that grids ever had: seconds for thousands';
