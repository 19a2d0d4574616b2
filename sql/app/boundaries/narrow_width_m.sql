CREATE FUNCTION app.narrow_width_m(part geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
-- Twice the area by the perimeter, on the ellipsoid. That costs a hundred times the same on the plane, which says of
-- most parts that they are far wider: a degree is at least 100 km by the cosine of the latitude, and what long edges
-- bulge is well within the tenfold.
SELECT CASE
    WHEN
        2 * st_area(part) * 100000 * cosd(greatest(abs(st_ymin(part)), abs(st_ymax(part))))
        < 10 * app.sliver_width_m() * st_perimeter(part)
        THEN 2 * st_area(part::geography) / nullif(st_perimeter(part::geography), 0)
END;
END;
COMMENT ON FUNCTION app.narrow_width_m(geometry) IS
'How many metres wide is a polygon (EPSG:4326)? Null: certainly more than app.sliver_width_m()';
