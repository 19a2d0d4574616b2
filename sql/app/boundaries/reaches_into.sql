CREATE FUNCTION app.reaches_into(shape geometry, ground geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- True if deeper than the last digits of coordinates (2e-12 degrees, 0.2 micrometres), however narrow: a hair drawn
-- through a ticket's exact point would take the ticket. Computed beside the origin, where doubles resolve such a depth.
SELECT st_intersects(
    st_translate(reaches_into.shape, -o.x, -o.y),
    st_buffer(st_translate(reaches_into.ground, -o.x, -o.y), -2e-12, 'join=bevel')
)
FROM (SELECT st_xmin(reaches_into.shape) AS x, st_ymin(reaches_into.shape) AS y) AS o;
END;
COMMENT ON FUNCTION app.reaches_into(geometry, geometry) IS
'Does a shape hold a point of this ground that is not on the ground''s edge, except for rounding? EPSG:4326';
