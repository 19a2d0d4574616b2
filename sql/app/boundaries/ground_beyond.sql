CREATE FUNCTION app.ground_beyond(shape geometry, held geometry []) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- Null if the shape lies on this ground, or less than 1e-9 degrees (0.1 mm) beside it: QGIS sets a corner on an edge
-- that far off, because a straight line on its map is not straight in degrees. Measured by depth, not by width,
-- because a hair can hold points. For ground of another area's grid app.reaches_into decides, which allows none.
SELECT CASE WHEN NOT coalesce(st_covers(h.geom, h.shape), false)
    THEN coalesce(st_translate(st_difference(h.shape, h.geom), h.x, h.y), ground_beyond.shape) END
FROM (
    SELECT
        o.x,
        o.y,
        st_translate(ground_beyond.shape, -o.x, -o.y) AS shape,
        (
            SELECT st_union(st_buffer(st_translate(g.geom, -o.x, -o.y), 1e-9, 'join=bevel'))
            FROM unnest(ground_beyond.held) AS g (geom)
        ) AS geom
    FROM (SELECT st_xmin(ground_beyond.shape) AS x, st_ymin(ground_beyond.shape) AS y) AS o
) AS h;
END;
COMMENT ON FUNCTION app.ground_beyond(geometry, geometry []) IS
'The part of a shape that lies on none of this ground; null: none, except for rounding; EPSG:4326';
