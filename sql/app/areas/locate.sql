-- Long because it is one statement: box, exact predicate, nearest, choice, disc and shares are steps of one answer.
CREATE FUNCTION app.locate(
    point geometry,
    network text DEFAULT 'base',
    at timestamptz DEFAULT NULL,
    accuracy_m double precision DEFAULT NULL,
    as_recorded timestamptz DEFAULT NULL
)
RETURNS TABLE (
    area_version_id bigint,
    area_id bigint,
    code text,
    name text,
    kind text,
    path bigint [],
    method text,
    confidence double precision,
    distance_to_edge_m double precision,
    candidates jsonb
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
WITH boxed AS (
    -- Grids whose box, widened by the accuracy, holds the point: thousands of them with an accuracy of kilometres, so
    -- what is dear is reckoned below, for few.
    SELECT v.*
    FROM core.area_version AS v
    WHERE
        v.level = 'grid'
        AND v.network = locate.network
        AND v.geom && st_expand(
            locate.point,
            coalesce(locate.accuracy_m, 0) / (111000 * greatest(cosd(st_y(locate.point)), 0.01)),
            coalesce(locate.accuracy_m, 0) / 110000
        )
        AND v.valid_from <= coalesce(locate.at, now())
        AND v.valid_to > coalesce(locate.at, now())
        AND v.recorded_from <= coalesce(locate.as_recorded, 'infinity')
        AND v.recorded_to > coalesce(locate.as_recorded, '294276-01-01'::timestamptz)
),

related AS (
    -- The fast predicate can round within 1e-9 degrees of an edge; only there the exact predicate (GEOS relate, robust
    -- orientation) decides. Not ST_Covers: once it keeps a tree of a shape's lines, it skips those shorter than 1e-12,
    -- and loses points at their latitude.
    SELECT
        b.area_version_id,
        e.edge,
        CASE
            WHEN st_dwithin(e.edge, locate.point, 1e-9) THEN st_relate(b.geom, locate.point)
            WHEN st_dwithin(b.geom, locate.point, 0) THEN '0FFFFF212'
            ELSE 'FF0FFF212'
        END AS relation
    FROM boxed AS b
    CROSS JOIN LATERAL (SELECT st_boundary(b.geom) AS edge LIMIT 1) AS e  -- once, not at each use
    WHERE b.geom && st_expand(locate.point, 1e-9)
),

holding AS MATERIALIZED (
    SELECT
        r.area_version_id,
        CASE WHEN substr(r.relation, 4, 1) = '0' THEN 'edge' ELSE 'inside' END AS method,
        app.distance_to_edge_m(r.edge, locate.point) AS distance_m
    FROM related AS r
    WHERE '0' IN (substr(r.relation, 1, 1), substr(r.relation, 4, 1))
),

near AS MATERIALIZED (
    SELECT
        b.area_version_id,
        b.geom,
        st_distance(
            st_scale(b.geom, cosd(st_y(locate.point)), 1), st_scale(locate.point, cosd(st_y(locate.point)), 1)
        ) AS degrees
    FROM boxed AS b
    WHERE locate.accuracy_m IS NOT NULL AND NOT EXISTS (SELECT FROM holding)
),

nearest AS MATERIALIZED (
    -- In degrees of latitude, with those of longitude as short as they are at the point. Within 100 km they change with
    -- the latitude; what is farther by more than that, and by how flat the earth is, cannot be the nearest.
    SELECT
        n.area_version_id,
        app.distance_to_edge_m(st_boundary(n.geom), locate.point) AS distance_m
    FROM (
        SELECT
            o.*,
            min(o.degrees) OVER () AS fewest
        FROM near AS o
    ) AS n
    WHERE n.degrees <= 1.02 * cosd(greatest(abs(st_y(locate.point)) - 1.1, 0))
        / greatest(cosd(least(abs(st_y(locate.point)) + 1.1, 90)), 0.0001)
        * n.fewest
),

chosen AS (
    -- A grid that holds the point ranks before a near one; then special before base; then the lowest code.
    SELECT
        b.*,
        r.method,
        r.distance_m
    FROM (
        SELECT h.area_version_id, h.method, h.distance_m FROM holding AS h
        UNION ALL
        SELECT n.area_version_id, 'nearest', n.distance_m FROM nearest AS n WHERE n.distance_m <= locate.accuracy_m
    ) AS r
    INNER JOIN boxed AS b ON r.area_version_id = b.area_version_id
    ORDER BY
        r.method = 'nearest',
        CASE WHEN r.method = 'nearest' THEN r.distance_m END,
        b.kind = 'base',
        b.code COLLATE "C"
    LIMIT 1
),

alone AS MATERIALIZED (
    -- The chosen grid, if it holds the whole disc and no other one has a part of it: then the shares are known without
    -- drawing the disc, which is most of the cost. It is drawn up to 0.1 % too wide, so 1 % is kept away; below a metre
    -- shares are uncertain by more than their nine digits.
    SELECT c.area_version_id
    FROM chosen AS c
    WHERE
        c.method = 'inside' AND locate.accuracy_m BETWEEN 1 AND 1000 AND c.distance_m > 1.01 * locate.accuracy_m
        AND NOT EXISTS (
            SELECT FROM boxed AS b
            WHERE
                b.area_version_id <> c.area_version_id
                AND (b.kind <> 'base' OR c.kind = 'base')
                AND st_dwithin(
                    b.geom, locate.point,
                    1.01 * locate.accuracy_m / (110000 * greatest(cosd(st_y(locate.point)), 0.01))
                )
        )
),

disc AS MATERIALIZED (
    -- The ground on which the point may really be: a disc of its accuracy, or of one metre for a point on an edge.
    -- Materialized, as `nearest`: where the point is another row's, both were else reckoned again for each grid.
    SELECT st_buffer(locate.point::geography, d.radius_m)::geometry AS geom
    FROM (
        SELECT CASE
            WHEN EXISTS (SELECT FROM alone) THEN NULL
            WHEN locate.accuracy_m > 0 THEN locate.accuracy_m
            WHEN EXISTS (SELECT FROM chosen AS c WHERE c.method = 'edge') THEN 1
        END AS radius_m
    ) AS d
    WHERE d.radius_m IS NOT NULL
),

parts AS MATERIALIZED (
    SELECT
        b.code,
        b.kind,
        d.geom AS disc,
        CASE WHEN st_covers(d.geom, b.geom) THEN b.geom ELSE st_intersection(b.geom, d.geom) END AS part
    FROM boxed AS b
    CROSS JOIN disc AS d
    WHERE b.geom && d.geom
),

special AS MATERIALIZED (
    SELECT st_union(p.part) AS part FROM parts AS p
    WHERE p.kind <> 'base'
),

shares AS (
    -- A base grid does not hold ground that a special grid covers. Nine digits, because the disc is a polygon.
    SELECT
        p.code,
        round(((
            st_area(p.part) - CASE
                WHEN p.kind = 'base' AND p.part && s.part THEN st_area(st_intersection(s.part, p.part))
                ELSE 0
            END
        ) / st_area(p.disc))::numeric, 9)::double precision AS share
    FROM parts AS p
    CROSS JOIN special AS s
)

SELECT
    c.area_version_id,
    c.area_id,
    c.code,
    c.name,
    c.kind,
    c.path,
    coalesce(c.method, 'none') AS method,
    CASE
        WHEN locate.accuracy_m > 0 AND NOT EXISTS (SELECT FROM alone)
            THEN least(coalesce((SELECT sum(s.share) FROM shares AS s WHERE s.code = c.code), 0), 1)
        WHEN c.code IS NULL THEN 0
        ELSE 1
    END AS confidence,
    c.distance_m AS distance_to_edge_m,
    coalesce(
        (
            SELECT jsonb_agg(
                jsonb_build_object('code', s.code, 'share', least(s.share, 1))
                ORDER BY s.share DESC, s.code COLLATE "C"
            )
            FROM (
                SELECT x.code, x.share FROM shares AS x
                WHERE x.share > 1e-9
                ORDER BY x.share DESC, x.code COLLATE "C" LIMIT 20
            ) AS s
        ),
        CASE
            WHEN c.code IS NULL THEN '[]'::jsonb
            ELSE jsonb_build_array(jsonb_build_object('code', c.code, 'share', 1))
        END
    ) AS candidates
FROM (SELECT 1) AS always
LEFT JOIN chosen AS c ON true;
END;
COMMENT ON FUNCTION app.locate(geometry, text, timestamptz, double precision, timestamptz) IS
'Which grid holds this point (EPSG:4326)? Always one row: special before base, on a shared edge the lowest code; '
'geodesic distances in metres; at most 20 candidates; confidence 0 outside every grid. No other function defines an assignment';
GRANT EXECUTE ON FUNCTION
app.locate(geometry, text, timestamptz, double precision, timestamptz)
TO gisgrid_service, gisgrid_viewer;
