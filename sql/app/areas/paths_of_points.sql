CREATE FUNCTION app.paths_of_points(
    lons double precision [], lats double precision [], ats timestamptz [], network text
)
RETURNS TABLE (n bigint, path bigint [])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
WITH given AS MATERIALIZED (
    SELECT
        g.n,
        g.at,
        st_setsrid(st_makepoint(g.lon, g.lat), 4326) AS point
    FROM unnest(lons, lats, ats) WITH ORDINALITY AS g (lon, lat, at, n)
),

around AS (
    SELECT
        st_expand(st_setsrid(st_extent(g.point)::geometry, 4326), 1e-9) AS box,
        min(g.at) AS since,
        max(g.at) AS until
    FROM given AS g
),

near AS MATERIALIZED (
    -- The grids round all points, read once: points that come together lie together.
    SELECT
        v.path,
        v.geom,
        v.valid_from,
        v.valid_to,
        st_boundary(v.geom) AS edge
    FROM around AS a
    INNER JOIN core.area_version AS v ON v.geom && a.box AND v.valid_from <= a.until AND v.valid_to > a.since
    WHERE v.level = 'grid' AND v.network = paths_of_points.network AND v.recorded_to > '294276-01-01'::timestamptz
),

touched AS MATERIALIZED (
    -- What lies within 1e-9 degrees of an edge, or in two grids, is left to app.locate.
    SELECT
        g.n,
        min(v.path) AS path,
        count(*) = 1 AND NOT bool_or(r.is_near_edge) AS is_plain
    FROM given AS g
    INNER JOIN near AS v
        ON v.geom && st_expand(g.point, 1e-9) AND v.valid_from <= g.at AND v.valid_to > g.at
    CROSS JOIN LATERAL (SELECT st_dwithin(v.edge, g.point, 1e-9) AS is_near_edge) AS r
    WHERE r.is_near_edge OR st_dwithin(v.geom, g.point, 0)
    GROUP BY g.n
)

SELECT
    g.n,
    CASE
        WHEN t.n IS NULL THEN '{0}'
        WHEN t.is_plain THEN t.path
        ELSE coalesce((SELECT l.path FROM app.locate(g.point, paths_of_points.network, g.at) AS l), '{0}')
    END AS path
FROM given AS g
LEFT JOIN touched AS t ON g.n = t.n;
END;
COMMENT ON FUNCTION app.paths_of_points(double precision [], double precision [], timestamptz [], text) IS
'The grids that held these points (EPSG:4326), each at its own instant, as paths by the place in the arrays; {0}: none. '
'Strictly inside one grid it answers itself, else it asks app.locate; fast where the points lie near each other';
GRANT EXECUTE ON FUNCTION app.paths_of_points(double precision [], double precision [], timestamptz [], text)
TO gisgrid_service;
