CREATE FUNCTION app.ground_beyond(shape geometry, held geometry []) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
-- Null where the shape lies on this ground, but for the last digits of coordinates, as in app.reaches_into: by its depth,
-- not by its width, because hairs hold points and slivers add up.
SELECT CASE WHEN NOT coalesce(st_covers(h.geom, h.shape), false)
    THEN coalesce(st_translate(st_difference(h.shape, h.geom), h.x, h.y), ground_beyond.shape) END
FROM (
    SELECT
        o.x,
        o.y,
        st_translate(ground_beyond.shape, -o.x, -o.y) AS shape,
        (
            SELECT st_union(st_buffer(st_translate(g.geom, -o.x, -o.y), 2e-12, 'join=bevel'))
            FROM unnest(ground_beyond.held) AS g (geom)
        ) AS geom
    FROM (SELECT st_xmin(ground_beyond.shape) AS x, st_ymin(ground_beyond.shape) AS y) AS o
) AS h;
END;
COMMENT ON FUNCTION app.ground_beyond(geometry, geometry []) IS
'What of a shape lies on none of this ground? Null: nothing, but for rounding; EPSG:4326';
