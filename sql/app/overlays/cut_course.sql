CREATE FUNCTION app.cut_course(course geometry)
RETURNS TABLE (part integer, from_m double precision, to_m double precision, geom geometry)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
SELECT
    c.part,
    sum(c.metres) OVER (ORDER BY c.part) - c.metres AS from_m,
    sum(c.metres) OVER (ORDER BY c.part) AS to_m,
    c.geom
FROM (
    SELECT
        k.part,
        g.geom,
        st_length(g.geom::geography) AS metres
    FROM (
        SELECT least(1000, greatest(1, ceil(st_length(cut_course.course::geography) / 20)))::integer AS parts
    ) AS n
    CROSS JOIN LATERAL generate_series(0, n.parts - 1) AS k (part)
    CROSS JOIN LATERAL (
        SELECT st_linesubstring(cut_course.course, k.part / n.parts::float8, (k.part + 1) / n.parts::float8) AS geom
    ) AS g
) AS c;
END;
COMMENT ON FUNCTION app.cut_course(geometry) IS
'The parts of a linear place: about 20 m each, at most 1000, with their geodesic metres from its beginning';
