-- Long because it is one union: places, lines, kept squares, those that changed.
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
-- own: from squares that are kept by area, and where something changed since, from the places themselves.
-- A linear place is lines from zoom 11 on, besides its point: one for the parts that were visited within the same ten
-- minutes, so that what is due on it is seen. Places outside their own dates are left out; they have no history: at is
-- ignored. Square by square (OFFSET 0): how many changed the planner does not know, and a join would compare each with
-- each.
SELECT
    o.place_id AS feature_id,
    o.geom_3857 AS geom,
    o.code,
    o.name,
    o.kind,
    a.code AS grid,
    extract(EPOCH FROM o.visited_at)::bigint AS visited_at,
    extract(EPOCH FROM o.due_at)::bigint AS due_at,
    extract(EPOCH FROM o.ends_at)::bigint AS ends_at,
    o.length_m::integer AS length,
    NULL::integer AS count
FROM overlay.place AS o
LEFT JOIN core.area AS a ON o.area_id = a.area_id
WHERE place.z >= 14 AND o.geom_3857 && place.box AND o.is_current
UNION ALL
SELECT
    1099511627776 + o.place_id * 1024 + s.part AS feature_id,
    st_simplify(s.geom, 40075016.68557849 / 2 ^ place.z / 1024, true) AS geom,
    o.code,
    o.name,
    o.kind,
    a.code AS grid,
    extract(EPOCH FROM s.visited_at)::bigint AS visited_at,
    extract(
        EPOCH FROM CASE
            WHEN o.visit_hours IS NOT NULL
                THEN coalesce(s.visited_at + o.visit_hours * interval '1 hour', greatest(o.since, o.starts_at))
        END
    )::bigint AS due_at,
    extract(EPOCH FROM o.ends_at)::bigint AS ends_at,
    o.length_m::integer AS length,
    NULL::integer AS count
FROM overlay.place AS o
CROSS JOIN LATERAL (
    SELECT
        min(q.part) AS part,
        CASE WHEN count(*) = count(q.visited_at) THEN min(q.visited_at) END AS visited_at,
        st_linemerge(st_collect(q.geom_3857 ORDER BY q.part)) AS geom
    FROM overlay.place_part AS q
    WHERE q.place_id = o.place_id
    GROUP BY CASE WHEN o.visit_hours IS NOT NULL THEN floor(extract(EPOCH FROM q.visited_at) / 600) END
) AS s
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
        min(b.first_id) AS feature_id,
        sum(b.sum_x_m)::bigint AS sum_x,
        sum(b.sum_y_m)::bigint AS sum_y,
        min(b.due_at) AS due_at,
        sum(b.places)::integer AS count
    FROM (
        SELECT
            40075016.68557849 / 2 ^ place.z / 8 AS side_m,
            40075016.68557849 / 65536 AS kept_m,
            2 ^ (13 - place.z) AS bins
    ) AS k
    CROSS JOIN LATERAL (
        SELECT
            (floor(st_xmin(place.box) / k.side_m) * k.bins)::integer AS first_x,
            (ceil(st_xmax(place.box) / k.side_m) * k.bins)::integer - 1 AS last_x,
            (floor(st_ymin(place.box) / k.side_m) * k.bins)::integer AS first_y,
            (ceil(st_ymax(place.box) / k.side_m) * k.bins)::integer - 1 AS last_y
    ) AS r
    CROSS JOIN LATERAL (
        SELECT
            o.x,
            o.y,
            o.places,
            o.sum_x_m,
            o.sum_y_m,
            o.first_id,
            o.due_at
        FROM overlay.place_bin AS o
        WHERE
            o.x BETWEEN r.first_x AND r.last_x AND o.y BETWEEN r.first_y AND r.last_y
            AND NOT EXISTS (
                SELECT FROM overlay.place_bin_change AS n WHERE n.x = o.x AND n.y = o.y AND n.path = o.path OFFSET 0
            )
        UNION ALL
        SELECT
            c.x,
            c.y,
            1 AS places,
            p.x_m AS sum_x_m,
            p.y_m AS sum_y_m,
            p.place_id AS first_id,
            p.due_at
        FROM (
            SELECT DISTINCT
                n.x,
                n.y,
                n.path
            FROM overlay.place_bin_change AS n
            WHERE n.x BETWEEN r.first_x AND r.last_x AND n.y BETWEEN r.first_y AND r.last_y
        ) AS c
        CROSS JOIN LATERAL (
            SELECT i.* FROM overlay.place AS i
            WHERE
                i.is_current AND i.path = c.path
                AND i.x_m >= ceil(c.x * k.kept_m)::integer AND i.x_m < ceil((c.x + 1) * k.kept_m)::integer
                AND i.y_m >= ceil(c.y * k.kept_m)::integer AND i.y_m < ceil((c.y + 1) * k.kept_m)::integer
            OFFSET 0
        ) AS p
    ) AS b
    WHERE place.z < 14
    GROUP BY floor(b.x / k.bins), floor(b.y / k.bins)
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
