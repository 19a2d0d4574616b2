-- Long because it is one statement: box, exact predicate, choice, disc and shares are steps of one answer.
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
    -- Grids whose box, widened by the accuracy, holds the point. The fast predicate can round within 1e-9 degrees of an
    -- edge; only there the exact predicate (GEOS relate, robust orientation) decides. Not ST_Covers: once it keeps a
    -- tree of a shape's lines, it skips those shorter than 1e-12, and loses points at their latitude.
    SELECT
        v.*,
        e.edge,
        CASE
            WHEN st_dwithin(e.edge, locate.point, 1e-9) THEN st_relate(v.geom, locate.point)
            WHEN st_dwithin(v.geom, locate.point, 0) THEN '0FFFFF212'
            ELSE 'FF0FFF212'
        END AS relation
    FROM core.area_version AS v
    CROSS JOIN LATERAL (SELECT st_boundary(v.geom) AS edge LIMIT 1) AS e  -- once, not at each use
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

ranked AS (
    SELECT
        b.*,
        CASE
            WHEN substr(b.relation, 4, 1) = '0' THEN 'edge'
            WHEN substr(b.relation, 1, 1) = '0' THEN 'inside'
            ELSE 'nearest'
        END AS method,
        app.distance_to_edge_m(b.edge, locate.point) AS distance_m
    FROM boxed AS b
    WHERE '0' IN (substr(b.relation, 1, 1), substr(b.relation, 4, 1)) OR locate.accuracy_m IS NOT NULL
),

chosen AS (
    -- A grid that holds the point ranks before a near one; then special before base; then the lowest code.
    SELECT r.*
    FROM ranked AS r
    WHERE r.method <> 'nearest' OR r.distance_m <= locate.accuracy_m
    ORDER BY
        r.method = 'nearest',
        CASE WHEN r.method = 'nearest' THEN r.distance_m END,
        r.kind = 'base',
        r.code COLLATE "C"
    LIMIT 1
),

disc AS (
    -- The ground on which the point may really be: a disc of its accuracy, or of one metre for a point on an edge.
    SELECT st_buffer(locate.point::geography, d.radius_m)::geometry AS geom
    FROM (
        SELECT CASE
            WHEN locate.accuracy_m > 0 THEN locate.accuracy_m
            WHEN EXISTS (SELECT FROM chosen AS c WHERE c.method = 'edge') THEN 1
        END AS radius_m
    ) AS d
    WHERE d.radius_m IS NOT NULL
),

parts AS (
    SELECT
        b.code,
        b.kind,
        d.geom AS disc,
        st_intersection(b.geom, d.geom) AS part
    FROM boxed AS b
    CROSS JOIN disc AS d
    WHERE b.geom && d.geom
),

shares AS (
    -- A base grid does not hold ground that a special grid covers. Nine digits, because the disc is a polygon.
    SELECT
        p.code,
        round(((
            st_area(p.part) - CASE
                WHEN p.kind = 'base' THEN coalesce((
                    SELECT st_area(st_intersection(st_union(s.part), p.part))
                    FROM parts AS s
                    WHERE s.kind <> 'base'
                ), 0)
                ELSE 0
            END
        ) / st_area(p.disc))::numeric, 9)::double precision AS share
    FROM parts AS p
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
        WHEN locate.accuracy_m > 0
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
