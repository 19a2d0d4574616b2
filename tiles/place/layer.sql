CREATE FUNCTION tile.place(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint,
    geom geometry,
    code text,
    name text,
    kind text,
    grid text,
    visited_at bigint,
    due_at bigint,
    ends_at bigint,
    length integer,
    count integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Below zoom 14 the places of a cell of 64 px are one feature with a count, cells counted whole; from 14 on each is its
-- own. Integers are grouped first and one place of each cell is read then: to compare texts takes most of the time.
-- A linear place is a line from zoom 11 on, besides its point. Places outside their own dates are left out; they have
-- no history: at is ignored.
SELECT
    o.place_id AS feature_id,
    o.geom_3857 AS geom,
    o.code,
    o.name,
    o.kind,
    a.code AS grid,
    extract(EPOCH FROM o.visited_at)::bigint AS visited_at,
    extract(
        EPOCH FROM CASE
            WHEN o.visit_hours IS NOT NULL
                THEN coalesce(o.visited_at + o.visit_hours * interval '1 hour', greatest(o.since, o.starts_at))
        END
    )::bigint AS due_at,
    extract(EPOCH FROM o.ends_at)::bigint AS ends_at,
    o.length_m::integer AS length,
    NULL::integer AS count
FROM overlay.place AS o
LEFT JOIN core.area AS a ON o.area_id = a.area_id
WHERE place.z >= 14 AND o.geom_3857 && place.box AND o.is_current
UNION ALL
SELECT
    1099511627776 + o.place_id AS feature_id,
    st_simplify(o.course_3857, 40075016.68557849 / 2 ^ place.z / 1024, true) AS geom,
    o.code,
    o.name,
    o.kind,
    a.code AS grid,
    extract(EPOCH FROM o.visited_at)::bigint AS visited_at,
    extract(
        EPOCH FROM CASE
            WHEN o.visit_hours IS NOT NULL
                THEN coalesce(o.visited_at + o.visit_hours * interval '1 hour', greatest(o.since, o.starts_at))
        END
    )::bigint AS due_at,
    extract(EPOCH FROM o.ends_at)::bigint AS ends_at,
    o.length_m::integer AS length,
    NULL::integer AS count
FROM overlay.place AS o
LEFT JOIN core.area AS a ON o.area_id = a.area_id
WHERE place.z >= 11 AND o.course IS NOT NULL AND o.course_3857 && place.box AND o.is_current
UNION ALL
SELECT
    g.feature_id,
    coalesce(p.geom_3857, st_setsrid(st_makepoint(g.sum_x / g.count, g.sum_y / g.count), 3857)) AS geom,
    p.code,
    p.name,
    p.kind,
    a.code AS grid,
    extract(EPOCH FROM p.visited_at)::bigint AS visited_at,
    extract(EPOCH FROM g.due_at)::bigint AS due_at,
    extract(EPOCH FROM p.ends_at)::bigint AS ends_at,
    p.length_m::integer AS length,
    CASE WHEN g.count > 1 THEN g.count END AS count
FROM (
    SELECT
        min(o.place_id) AS feature_id,
        sum(st_x(o.geom_3857)::integer) AS sum_x,
        sum(st_y(o.geom_3857)::integer) AS sum_y,
        min(
            CASE
                WHEN o.visit_hours IS NOT NULL
                    THEN coalesce(o.visited_at + o.visit_hours * interval '1 hour', greatest(o.since, o.starts_at))
            END
        ) AS due_at,
        count(*)::integer AS count
    FROM (SELECT 40075016.68557849 / 2 ^ place.z / 8 AS side_m) AS s
    CROSS JOIN overlay.place AS o
    WHERE
        place.z < 14
        AND o.is_current
        AND o.geom_3857 && st_makeenvelope(
            floor(st_xmin(place.box) / s.side_m) * s.side_m,
            floor(st_ymin(place.box) / s.side_m) * s.side_m,
            ceil(st_xmax(place.box) / s.side_m) * s.side_m,
            ceil(st_ymax(place.box) / s.side_m) * s.side_m,
            3857
        )
    GROUP BY floor(st_x(o.geom_3857) / s.side_m), floor(st_y(o.geom_3857) / s.side_m)
) AS g
LEFT JOIN LATERAL (
    SELECT o.* FROM overlay.place AS o WHERE g.count = 1 AND o.place_id = g.feature_id LIMIT 1
) AS p ON true
LEFT JOIN core.area AS a ON p.area_id = a.area_id;
END;
COMMENT ON FUNCTION tile.place(integer, geometry, timestamptz, jsonb) IS
'Places to visit in scope, below zoom 14 as counts by cell, with the instant at which the first of them is due; '
'box in EPSG:3857, already widened by the buffer; at is ignored';
GRANT EXECUTE ON FUNCTION tile.place(integer, geometry, timestamptz, jsonb) TO gisgrid_service;
