CREATE FUNCTION app.both_drawn(base geometry, mine geometry, theirs geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- Without the ground that either took away, with the ground that either added. Parts narrower than a millimetre come
-- from lines that nearly coincide. Null: nothing is left.
SELECT st_multi(st_union(p.geom, app.lattice_deg()))
FROM (
    SELECT st_intersection(mine, theirs, app.lattice_deg()) AS geom
    UNION ALL
    SELECT st_difference(mine, base, app.lattice_deg())
    UNION ALL
    SELECT st_difference(theirs, base, app.lattice_deg())
) AS s
CROSS JOIN LATERAL st_dump(s.geom) AS p
WHERE st_dimension(p.geom) = 2 AND 2 * st_area(p.geom) > 1e-8 * st_perimeter(p.geom);
END;
COMMENT ON FUNCTION app.both_drawn(geometry, geometry, geometry) IS
'The shape of an area that two redrew from the same base, with the changes of both; EPSG:4326';
