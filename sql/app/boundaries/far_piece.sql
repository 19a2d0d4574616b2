CREATE FUNCTION app.far_piece(shape geometry) RETURNS TABLE (geom geometry, distance_m double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
BEGIN ATOMIC
-- Pieces that hang together over gaps of up to app.far_m() count as one; the largest such group is the grid itself.
-- Clustered in degrees of latitude, so longitudes are shrunk; no row: the shape hangs together.
WITH piece AS (
    SELECT
        p.geom,
        st_clusterdbscan(st_scale(p.geom, cosd(st_y(st_centroid(far_piece.shape))), 1), app.far_m() / 111000, 1)
            OVER () AS part
    FROM st_dump(far_piece.shape) AS p
    WHERE st_numgeometries(far_piece.shape) > 1
),

grouped AS (
    SELECT g.geom, row_number() OVER (ORDER BY st_area(g.geom) DESC) AS place
    FROM (SELECT st_collect(p.geom) AS geom FROM piece AS p GROUP BY p.part) AS g
)

SELECT f.geom, st_distance(f.geom::geography, m.geom::geography)
FROM grouped AS m
INNER JOIN grouped AS f ON f.place > 1
WHERE m.place = 1;
END;
COMMENT ON FUNCTION app.far_piece(geometry) IS
'Which pieces of a shape lie far from the rest, and how far? EPSG:4326';
