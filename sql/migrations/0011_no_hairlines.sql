-- Unions of leaves were made without a tolerance and kept holes as narrow as the last digit of a coordinate. What is
-- recorded of them is closed and written anew without those holes; a point's grid depends on leaves alone.
DO $$
DECLARE
    recorded timestamptz := clock_timestamp();
BEGIN
    CREATE TEMPORARY TABLE hairline ON COMMIT DROP AS
    SELECT v.area_version_id, st_multi(st_collect(st_makepolygon(st_exteriorring(p.geom), coalesce(r.rings, '{}')))) AS geom
    FROM core.area_version AS v
    CROSS JOIN LATERAL st_dump(v.geom) AS p
    CROSS JOIN LATERAL (
        SELECT
            array_agg(st_exteriorring(d.geom) ORDER BY d.path)
                FILTER (WHERE d.path[1] > 0 AND 2 * st_area(d.geom) >= 1e-8 * st_perimeter(d.geom)) AS rings
        FROM st_dumprings(p.geom) AS d) AS r
    WHERE v.level <> 'grid' AND v.recorded_to = 'infinity' AND st_nrings(v.geom) > st_numgeometries(v.geom)
    GROUP BY v.area_version_id
    HAVING st_nrings(v.geom) > st_nrings(st_collect(st_makepolygon(st_exteriorring(p.geom), coalesce(r.rings, '{}'))));
    UPDATE core.area_version AS v SET recorded_to = recorded
    FROM hairline AS h WHERE h.area_version_id = v.area_version_id;
    INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom, label_point,
                                   area_m2, valid_from, valid_to, recorded_from, changeset_id)
    SELECT v.area_id, v.network, v.code, v.level, v.kind, v.name, v.parent_id, v.path, h.geom, v.label_point,
           st_area(h.geom::geography), v.valid_from, v.valid_to, recorded, v.changeset_id
    FROM hairline AS h JOIN core.area_version AS v USING (area_version_id);
    DROP TABLE hairline;
END $$;
