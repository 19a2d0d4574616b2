CREATE FUNCTION tile.ticket(z integer, box geometry, at timestamptz, args jsonb)
RETURNS TABLE (
    feature_id bigint,
    geom geometry,
    number text,
    category text,
    step text,
    due_at bigint,
    closed boolean,
    count integer,
    open integer
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Below zoom 14 all tickets of a cell of 64 px are one feature; at 14 and 15 the closed ones of a cell of 32 px;
-- from 16 on each is its own. A cell with one ticket is that ticket. Cells are counted whole, so that both tiles
-- at a border say the same: the search box is widened to whole cells. Counted per request for now.
SELECT
    g.ticket_id AS feature_id,
    g.geom,
    o.number,
    o.category,
    o.step,
    g.due_at,
    g.open = 0 AS closed,
    CASE WHEN g.count > 1 THEN g.count END AS count,
    CASE WHEN g.count > 1 THEN g.open END AS open
FROM (
    SELECT
        min(t.ticket_id) AS ticket_id,
        -- Whole centimetres: sums of integers do not depend on the order of rows, so same data, same bytes.
        st_setsrid(
            st_makepoint(
                avg((st_x(t.geom_3857) * 100)::integer)::float8 / 100,
                avg((st_y(t.geom_3857) * 100)::integer)::float8 / 100
            ), 3857
        ) AS geom,
        extract(
            EPOCH FROM min(t.due_at) FILTER (
                WHERE app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done'
            )
        )::bigint AS due_at,
        count(*)::integer AS count,
        (
            count(*) FILTER (
                WHERE app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done'
            )
        )::integer AS open
    FROM (SELECT 40075016.68557849 / 2 ^ ticket.z / CASE WHEN ticket.z < 14 THEN 8 ELSE 16 END AS side_m) AS c
    CROSS JOIN work.ticket AS t
    WHERE
        t.geom_3857 && CASE
            WHEN ticket.z >= 16 THEN ticket.box
            ELSE st_makeenvelope(
                floor(st_xmin(ticket.box) / c.side_m) * c.side_m,
                floor(st_ymin(ticket.box) / c.side_m) * c.side_m,
                ceil(st_xmax(ticket.box) / c.side_m) * c.side_m,
                ceil(st_ymax(ticket.box) / c.side_m) * c.side_m,
                3857
            )
        END
        AND t.received_at <= coalesce(ticket.at, 'infinity')
        AND t.network = coalesce(ticket.args ->> 'network', 'base')
    GROUP BY
        floor(st_x(t.geom_3857) / c.side_m),
        floor(st_y(t.geom_3857) / c.side_m),
        CASE
            WHEN
                ticket.z >= 16
                OR (
                    ticket.z >= 14
                    AND app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done'
                )
                THEN t.ticket_id
        END
) AS g
LEFT JOIN LATERAL (
    SELECT
        t.number,
        t.category,
        CASE WHEN ticket.at IS NULL THEN t.step END AS step
    FROM work.ticket AS t
    WHERE t.ticket_id = g.ticket_id AND g.count = 1
    LIMIT 1
) AS o ON true;
END;
COMMENT ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) IS
'Tickets of one network (args: network) at their public places, below zoom 14 as counts by cell; '
'box in EPSG:3857, already widened by the buffer; at null = now';
GRANT EXECUTE ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) TO gisgrid_service, gisgrid_viewer;
