CREATE FUNCTION app.tickets_near(spot geometry, network text, within_m double precision, most integer)
RETURNS TABLE (
    number text, category text, workflow text, step text, received_at timestamptz, due_at timestamptz,
    lon double precision, lat double precision, distance_m double precision, followers bigint, words text
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets whose point is public, by their public points alone. The box is of Web Mercator, which stretches metres
-- by 1 / cos(latitude) and ends at 85 degrees.
SELECT
    t.number,
    t.category,
    t.workflow,
    t.step,
    t.received_at,
    t.due_at,
    st_x(t.geom) AS lon,
    st_y(t.geom) AS lat,
    d.distance_m,
    (SELECT count(*) FROM work.follower AS f WHERE f.ticket_id = t.ticket_id) AS followers,
    w.words
FROM work.ticket AS t
LEFT JOIN work.public_words AS w ON t.ticket_id = w.ticket_id
CROSS JOIN LATERAL (SELECT least(greatest(st_y(tickets_near.spot), -85), 85) AS lat) AS m
CROSS JOIN LATERAL (SELECT st_distance(t.geom::geography, tickets_near.spot::geography) AS distance_m) AS d
WHERE
    t.closed_at IS NULL
    AND t.has_public_point
    AND t.network = tickets_near.network
    AND t.geom_3857 && st_expand(
        st_transform(st_setsrid(st_makepoint(st_x(tickets_near.spot), m.lat), 4326), 3857),
        tickets_near.within_m * 1.01 / cos(radians(m.lat))
    )
    AND d.distance_m <= tickets_near.within_m
ORDER BY d.distance_m ASC, t.ticket_id ASC
LIMIT tickets_near.most;
END;
COMMENT ON FUNCTION app.tickets_near(geometry, text, double precision, integer) IS
'Which open tickets lie near a point, what was said of them for everybody, and how many see the same? The nearest first';
GRANT EXECUTE ON FUNCTION app.tickets_near(geometry, text, double precision, integer) TO gisgrid_service;
