CREATE FUNCTION app.distance_to_edge_m(edge geometry, point geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- The nearest point of the edge is found in a plane round the point, whose degrees of longitude are as long as they are
-- there, and the geodesic goes up to it. A geodesic to each of 27,000 lines took 10 ms, this takes 1.
SELECT st_distance(
    point::geography,
    st_setsrid(st_makepoint(st_x(point) + st_x(n.foot) / s.stretch, st_y(point) + st_y(n.foot)), 4326)::geography
)
FROM (
    SELECT
        greatest(
            cosd(st_y(point)) * (1 - 0.0066943799901413165 * sind(st_y(point)) ^ 2) / (1 - 0.0066943799901413165), 0.01
        ) AS stretch
) AS s
CROSS JOIN LATERAL (
    SELECT
        st_closestpoint(
            st_scale(st_translate(edge, -st_x(point), -st_y(point)), s.stretch, 1),
            st_setsrid(st_makepoint(0, 0), 4326)
        ) AS foot
) AS n;
END;
COMMENT ON FUNCTION app.distance_to_edge_m(geometry, geometry) IS
'How far is this point (EPSG:4326) from this line, geodesic, in metres? Lines are straight in degrees';
GRANT EXECUTE ON FUNCTION app.distance_to_edge_m(geometry, geometry) TO gisgrid_service, gisgrid_viewer;
