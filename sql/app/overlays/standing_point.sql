CREATE FUNCTION app.standing_point(network text)
RETURNS TABLE (
    what text, id text, area_id bigint, path bigint [], accuracy_m double precision, geom geometry, shown geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets, things of every kind (cameras, places, devices ...) and posts with a point.
-- `shown`: the public location, which for a ticket of somebody's home is not its point.
SELECT 'ticket', t.number, t.area_id, t.path, p.accuracy_m, p.geom, t.geom AS shown
FROM work.ticket AS t
INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
WHERE t.network = standing_point.network AND t.closed_at IS NULL AND p.geom IS NOT NULL AND p.doubt IS NULL
UNION ALL
SELECT o.kind, o.code, o.area_id, o.path, NULL, o.geom, o.geom AS shown FROM app.thing AS o
WHERE standing_point.network = 'base'
UNION ALL
SELECT 'post', o.post_id::text, o.area_id, o.path, NULL, o.geom, o.geom AS shown
FROM core.post AS o
INNER JOIN core.area AS a ON o.area_id = a.area_id AND a.level = 'grid' AND a.network = standing_point.network
WHERE o.geom IS NOT NULL AND o.valid_to > now();
END;
COMMENT ON FUNCTION app.standing_point(text) IS
'What belongs to an area of a network by its point: open tickets, things of every kind, posts';
