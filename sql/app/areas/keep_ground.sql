-- Long because it is one statement: pairs, relation, ground, shares both ways.
CREATE FUNCTION app.keep_ground() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
-- Grids of one kind that apply together have no ground in common: their neighbours, nine of ten pairs, are not laid
-- over each other. Numbers of versions rise, so each pair is met once, from its later one. The relation says which one
-- covers the other, so that this ground is not cut. By key, also by a plan that was made long ago and that a
-- connection keeps: the districts that it saw first can be smaller by thousands than the one that is drawn now.
BEGIN
    INSERT INTO core.version_shape (area_version_id, shape_id)
    SELECT f.area_version_id, coalesce(
        (SELECT min(o.area_version_id)
         FROM (SELECT v.* FROM core.area_version AS v WHERE v.area_id = f.area_id OFFSET 0) AS o
         WHERE o.area_version_id < f.area_version_id AND o.geom = f.geom),
        f.area_version_id)
    FROM fresh AS f WHERE f.level = 'grid';
    WITH new_shape AS MATERIALIZED (
        SELECT f.* FROM fresh AS f
        WHERE f.area_version_id
            = (SELECT s.shape_id FROM core.version_shape AS s WHERE s.area_version_id = f.area_version_id)
    ), pair AS MATERIALIZED (
        SELECT n.area_version_id AS one_id, o.area_version_id AS other_id
        FROM new_shape AS n
        CROSS JOIN LATERAL (
            SELECT v.* FROM core.area_version AS v WHERE v.level = 'grid' AND v.geom && n.geom OFFSET 0) AS o
        WHERE o.network = n.network AND o.area_version_id < n.area_version_id
          AND o.area_version_id
            = (SELECT s.shape_id FROM core.version_shape AS s WHERE s.area_version_id = o.area_version_id)
          AND NOT (o.kind = n.kind AND o.recorded_to = 'infinity'
                   AND o.valid_from < n.valid_to AND n.valid_from < o.valid_to)
          AND NOT (o.kind = n.kind AND EXISTS (
              SELECT FROM core.version_shape AS x
              JOIN core.area_version AS l ON l.area_version_id = x.area_version_id AND l.recorded_to = 'infinity'
              WHERE x.shape_id = o.area_version_id AND l.valid_from < n.valid_to AND n.valid_from < l.valid_to))
    ), laid AS MATERIALIZED (
        SELECT p.*, v.geom AS one, w.geom AS other, st_relate(v.geom, w.geom) AS relation
        FROM pair AS p
        JOIN core.area_version AS v ON v.area_version_id = p.one_id
        JOIN core.area_version AS w ON w.area_version_id = p.other_id
    ), cut AS MATERIALIZED (
        SELECT l.*, CASE
            WHEN l.relation LIKE '__F__F___' THEN st_area(l.one)
            WHEN l.relation LIKE '______FF_' THEN st_area(l.other)
            ELSE st_area(st_collectionextract(st_intersection(l.one, l.other, app.lattice_deg()), 3)) END AS ground
        FROM laid AS l WHERE l.relation LIKE '2________'
    )
    INSERT INTO core.shared_ground (shape_id, other_id, share)
    SELECT c.one_id, c.other_id, least(c.ground / st_area(c.one), 1) FROM cut AS c WHERE c.ground > 0
    UNION ALL
    SELECT c.other_id, c.one_id, least(c.ground / st_area(c.other), 1) FROM cut AS c WHERE c.ground > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.keep_ground() IS
'Keeps for new versions of grids which shape they have, and the shares of ground that new shapes have in common with others';
