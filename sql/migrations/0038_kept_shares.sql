-- Shares of ground are kept: how much of each shape of a grid lies in each other one. A publish reckons those of its
-- new shapes; rankings and lineage read them. Versions of one area with the same shape share it.
CREATE TABLE core.version_shape (
    area_version_id bigint PRIMARY KEY REFERENCES core.area_version,
    shape_id bigint NOT NULL REFERENCES core.area_version
);
CREATE INDEX version_shape_shape ON core.version_shape (shape_id);
CREATE TABLE core.shared_ground (
    shape_id bigint NOT NULL REFERENCES core.area_version,
    other_id bigint NOT NULL REFERENCES core.area_version,
    share double precision NOT NULL,
    PRIMARY KEY (shape_id, other_id),
    CONSTRAINT share_is_a_part CHECK (share > 0 AND share <= 1)
);
INSERT INTO core.version_shape (area_version_id, shape_id)
SELECT
    v.area_version_id,
    min(v.area_version_id) OVER (PARTITION BY v.area_id, md5(st_asbinary(v.geom)))
FROM core.area_version AS v
WHERE v.level = 'grid';
ANALYZE core.version_shape;
-- Grids of one kind that apply together have no ground in common.
WITH pair AS MATERIALIZED (
    SELECT DISTINCT
        x.shape_id AS one_id,
        y.shape_id AS other_id
    FROM core.area_version AS v
    INNER JOIN core.version_shape AS x ON v.area_version_id = x.area_version_id AND v.area_version_id = x.shape_id
    INNER JOIN core.area_version AS w ON v.network = w.network AND w.level = 'grid' AND v.geom && w.geom
    INNER JOIN core.version_shape AS y ON w.area_version_id = y.area_version_id AND w.area_version_id = y.shape_id
    WHERE
        x.shape_id < y.shape_id
        AND (v.kind <> w.kind OR NOT EXISTS (
            SELECT FROM core.version_shape AS a
            INNER JOIN core.area_version AS l ON a.area_version_id = l.area_version_id AND l.recorded_to = 'infinity'
            INNER JOIN core.version_shape AS b ON b.shape_id = y.shape_id
            INNER JOIN core.area_version AS m ON b.area_version_id = m.area_version_id AND m.recorded_to = 'infinity'
            WHERE a.shape_id = x.shape_id AND l.valid_from < m.valid_to AND m.valid_from < l.valid_to
        ))
),

laid AS MATERIALIZED (
    SELECT
        p.one_id,
        p.other_id,
        v.geom AS one,
        w.geom AS other,
        st_relate(v.geom, w.geom) AS relation
    FROM pair AS p
    INNER JOIN core.area_version AS v ON p.one_id = v.area_version_id
    INNER JOIN core.area_version AS w ON p.other_id = w.area_version_id
),

cut AS MATERIALIZED (
    SELECT
        l.*,
        CASE
            WHEN l.relation LIKE '__F__F___' THEN st_area(l.one)
            WHEN l.relation LIKE '______FF_' THEN st_area(l.other)
            ELSE st_area(st_collectionextract(st_intersection(l.one, l.other, 1e-12), 3))
        END AS ground
    FROM laid AS l
    WHERE l.relation LIKE '2________'
)

INSERT INTO core.shared_ground (shape_id, other_id, share)
SELECT c.one_id, c.other_id, least(c.ground / st_area(c.one), 1) FROM cut AS c WHERE c.ground > 0
UNION ALL
SELECT c.other_id, c.one_id, least(c.ground / st_area(c.other), 1) FROM cut AS c WHERE c.ground > 0;
ANALYZE core.shared_ground;
