CREATE FUNCTION app.relocatable_point(change_set bigint)
RETURNS TABLE (what text, id text, accuracy_m double precision, area_id bigint, path bigint [], geom geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets and other things with a point: those on an area that the change set touched, and those on the ground of
-- its grids, as it was and as it is. By exact geometry: a box holds ground of other grids too. 1e-9 degrees around,
-- because app.locate decides what lies on an edge. Closed tickets are never relocated. OFFSET 0 makes each look-up go
-- one by one through its index: no statistics tell how many areas a change set touches (five, or all), and a join
-- would scan every ticket for five.
WITH touched AS (SELECT t.area_id FROM draft.touched AS t WHERE t.changeset_id = relocatable_point.change_set),

network AS (
    SELECT c.network, c.valid_from, c.published_at
    FROM draft.changeset AS c WHERE c.changeset_id = relocatable_point.change_set
),

ground AS (
    SELECT v.geom
    FROM network AS c
    CROSS JOIN touched AS u
    CROSS JOIN LATERAL (
        SELECT w.geom FROM core.area_version AS w
        WHERE
            w.area_id = u.area_id AND w.level = 'grid' AND w.valid_to > c.valid_from AND (
                (w.changeset_id = relocatable_point.change_set AND w.recorded_to = 'infinity')
                OR w.recorded_to = c.published_at
            )
        OFFSET 0
    ) AS v
)

SELECT
    'ticket',
    t.number,
    p.accuracy_m,
    t.area_id,
    t.path,
    p.geom
FROM (
    SELECT o.ticket_id FROM touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket AS a WHERE a.area_id = u.area_id AND a.closed_at IS NULL OFFSET 0
    ) AS o
    UNION
    SELECT i.ticket_id FROM ground AS g CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket_private AS a WHERE st_dwithin(g.geom, a.geom, 1e-9) OFFSET 0
    ) AS i
) AS near
CROSS JOIN network AS c
CROSS JOIN LATERAL (
    SELECT a.number, a.area_id, a.path
    FROM work.ticket AS a
    WHERE a.ticket_id = near.ticket_id AND a.closed_at IS NULL AND a.network = c.network
    OFFSET 0
) AS t
CROSS JOIN LATERAL (
    SELECT a.accuracy_m, a.geom, a.doubt
    FROM work.ticket_private AS a WHERE a.ticket_id = near.ticket_id
    OFFSET 0
) AS p
WHERE p.geom IS NOT NULL AND p.doubt IS NULL
UNION ALL
SELECT
    o.kind,
    o.code,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM (
    SELECT t.*
    FROM touched AS u CROSS JOIN LATERAL (SELECT * FROM app.thing AS a WHERE a.area_id = u.area_id OFFSET 0) AS t
    UNION ALL
    SELECT DISTINCT t.*
    FROM ground AS g CROSS JOIN LATERAL (
        SELECT * FROM app.thing AS a
        WHERE st_dwithin(g.geom, a.geom, 1e-9) AND (a.area_id IN (SELECT u.area_id FROM touched AS u)) IS NOT TRUE
        OFFSET 0
    ) AS t
) AS o
WHERE (SELECT c.network FROM network AS c) = 'base'
UNION ALL
SELECT
    'post',
    o.post_id::text,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM touched AS u
CROSS JOIN network AS c
CROSS JOIN LATERAL (
    SELECT p.post_id, p.area_id, p.path, p.geom
    FROM core.area AS a
    INNER JOIN core.post AS p ON a.area_id = p.area_id
    WHERE
        a.area_id = u.area_id AND a.network = c.network AND a.level = 'grid'
        AND p.geom IS NOT NULL AND p.valid_to > c.valid_from
    OFFSET 0
) AS o;
END;
COMMENT ON FUNCTION app.relocatable_point(bigint) IS
'The points that a change set could relocate: open tickets, things of every kind, posts';
