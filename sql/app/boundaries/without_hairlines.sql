CREATE FUNCTION app.without_hairlines(ground geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- Most ground has no holes at all, and then nothing is rebuilt.
SELECT
    CASE
        WHEN st_nrings(without_hairlines.ground) = st_numgeometries(without_hairlines.ground)
            THEN st_multi(without_hairlines.ground)
        ELSE (
            SELECT
                st_multi(st_collect(st_makepolygon(st_exteriorring(p.geom), coalesce(
                    (
                        SELECT array_agg(st_exteriorring(r.geom) ORDER BY r.path)
                        FROM st_dumprings(p.geom) AS r
                        WHERE
                            r.path[1] > 0
                            AND 2 * st_area(r.geom) >= app.same_line_deg() * st_perimeter(r.geom)
                    ),
                    '{}'
                )) ORDER BY p.path))
            FROM st_dump(without_hairlines.ground) AS p
        )
    END;
END;
COMMENT ON FUNCTION app.without_hairlines(geometry) IS
'The ground without holes that are narrower than the tolerance of boundaries';
