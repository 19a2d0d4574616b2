CREATE FUNCTION app.both_drawn(base geometry, mine geometry, theirs geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- Without the ground that either took away, with the ground that either added. Parts narrower than a millimetre come
-- from lines that nearly coincide. Corners are those of the three shapes, to the last digit, where the lattice of the
-- overlay moved them; a result that equals one of the two is that one. Null: nothing is left.
SELECT
    CASE
        WHEN st_equals(b.geom, theirs) THEN theirs
        WHEN st_equals(b.geom, mine) THEN mine
        ELSE b.geom
    END
FROM (
    SELECT CASE WHEN st_isvalid(n.geom) THEN st_multi(n.geom) ELSE o.geom END AS geom
    FROM (
        SELECT st_multi(st_union(p.geom, app.lattice_deg())) AS geom
        FROM (
            SELECT st_intersection(mine, theirs, app.lattice_deg()) AS geom
            UNION ALL
            SELECT st_difference(mine, base, app.lattice_deg())
            UNION ALL
            SELECT st_difference(theirs, base, app.lattice_deg())
        ) AS s
        CROSS JOIN LATERAL st_dump(s.geom) AS p
        WHERE st_dimension(p.geom) = 2 AND 2 * st_area(p.geom) > app.same_line_deg() * st_perimeter(p.geom)
    ) AS o
    CROSS JOIN LATERAL (
        SELECT st_snap(o.geom, st_collect(ARRAY[base, mine, theirs]), 2 * app.lattice_deg()) AS geom
    ) AS n
) AS b;
END;
COMMENT ON FUNCTION app.both_drawn(geometry, geometry, geometry) IS
'The shape of an area that two redrew from the same base, with the changes of both; EPSG:4326';
