-- Unions of leaves were made without a tolerance and kept holes as narrow as the last digit of a coordinate. What is
-- recorded of them is closed and written again without those holes; a point's grid depends on leaves alone.
WITH ring AS (
    SELECT
        v.area_version_id,
        p.path AS part,
        st_makepolygon(st_exteriorring(p.geom), coalesce(
            array_agg(st_exteriorring(r.geom) ORDER BY r.path)
            FILTER (WHERE r.path[1] > 0 AND 2 * st_area(r.geom) >= 1e-8 * st_perimeter(r.geom)), '{}'
        )) AS geom
    FROM core.area_version AS v
    CROSS JOIN LATERAL st_dump(v.geom) AS p
    CROSS JOIN LATERAL st_dumprings(p.geom) AS r
    WHERE v.level <> 'grid' AND v.recorded_to = 'infinity' AND st_nrings(v.geom) > st_numgeometries(v.geom)
    GROUP BY v.area_version_id, p.path, p.geom
),

whole AS (
    SELECT
        area_version_id,
        st_multi(st_collect(geom ORDER BY part)) AS geom
    FROM ring
    GROUP BY area_version_id
),

closed AS (
    UPDATE core.area_version AS v SET recorded_to = clock_timestamp()
    FROM whole AS w
    WHERE w.area_version_id = v.area_version_id AND st_nrings(w.geom) < st_nrings(v.geom)
    RETURNING v.*, w.geom AS mended
)

INSERT INTO core.area_version (
    area_id, network, code, level, kind, name, parent_id, path, geom, label_point, area_m2, valid_from, valid_to,
    recorded_from, changeset_id
)
SELECT
    area_id,
    network,
    code,
    level,
    kind,
    name,
    parent_id,
    path,
    mended,
    label_point,
    st_area(mended::geography),
    valid_from,
    valid_to,
    recorded_to,
    changeset_id
FROM closed;
