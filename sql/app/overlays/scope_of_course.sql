CREATE FUNCTION app.scope_of_course(course geometry, path bigint []) RETURNS bigint []
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT array_agg(DISTINCT e.id ORDER BY e.id)
FROM (
    SELECT unnest(scope_of_course.path) AS id
    UNION ALL
    SELECT unnest(v.path)
    FROM app.area_at(now()) AS v
    WHERE
        v.level = 'grid' AND v.network = 'base' AND v.geom && scope_of_course.course
        AND st_dimension(st_intersection(v.geom, scope_of_course.course)) = 1
) AS e;
END;
COMMENT ON FUNCTION app.scope_of_course(geometry, bigint []) IS
'The areas that have a part of this line (EPSG:4326) today, up to the topmost, and those of the path';
