-- Long because it is one union: kept cells of three sizes of the map, cells of a date, tickets alone.
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
-- at a border say the same: the search box is widened to whole cells. Below 16 the present is read from kept cells
-- (work.ticket_bin, work.closed_bin); those that changed a moment ago are counted again.
SELECT
    g.ticket_id AS feature_id,
    g.geom,
    coalesce(g.number, o.number) AS number,
    coalesce(g.category, o.category) AS category,
    CASE WHEN ticket.at IS NULL THEN coalesce(g.step, o.step) END AS step,
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
        )::integer AS open,
        NULL AS number,
        NULL AS category,
        NULL AS step
    FROM (SELECT 40075016.68557849 / 2 ^ ticket.z / CASE WHEN ticket.z < 14 THEN 8 ELSE 16 END AS side_m) AS c
    CROSS JOIN work.ticket AS t
    WHERE
        ticket.z < 16 AND ticket.at IS NOT NULL
        AND t.geom_3857 && st_makeenvelope(
            floor(st_xmin(ticket.box) / c.side_m) * c.side_m,
            floor(st_ymin(ticket.box) / c.side_m) * c.side_m,
            ceil(st_xmax(ticket.box) / c.side_m) * c.side_m,
            ceil(st_ymax(ticket.box) / c.side_m) * c.side_m,
            3857
        )
        AND t.received_at <= coalesce(ticket.at, 'infinity')
        AND t.network = coalesce(ticket.args ->> 'network', 'base')
    GROUP BY
        floor(st_x(t.geom_3857) / c.side_m),
        floor(st_y(t.geom_3857) / c.side_m),
        CASE
            WHEN
                ticket.z >= 14
                AND app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done'
                THEN t.ticket_id
        END
    UNION ALL
    SELECT
        min(b.ticket_id) AS ticket_id,
        st_setsrid(
            st_makepoint(
                (sum(b.sum_x_cm) / sum(b.tickets))::float8 / 100, (sum(b.sum_y_cm) / sum(b.tickets))::float8 / 100
            ), 3857
        ) AS geom,
        extract(EPOCH FROM min(b.due_at))::bigint AS due_at,
        sum(b.tickets)::integer AS count,
        sum(b.open)::integer AS open,
        NULL AS number,
        NULL AS category,
        NULL AS step
    FROM (SELECT 8 * app.cell_side_m() * 2 ^ (13 - ticket.z) AS side_m, 2 ^ (13 - ticket.z) AS bins) AS c
    CROSS JOIN LATERAL (
        SELECT
            (floor(st_xmin(ticket.box) / c.side_m) * c.bins)::integer AS first_x,
            (ceil(st_xmax(ticket.box) / c.side_m) * c.bins)::integer - 1 AS last_x,
            (floor(st_ymin(ticket.box) / c.side_m) * c.bins)::integer AS first_y,
            (ceil(st_ymax(ticket.box) / c.side_m) * c.bins)::integer - 1 AS last_y,
            coalesce(ticket.args ->> 'network', 'base') AS network
    ) AS r
    CROSS JOIN LATERAL (
        SELECT
            k.x,
            k.y,
            k.ticket_id,
            k.tickets,
            k.open,
            k.due_at,
            k.sum_x_cm,
            k.sum_y_cm
        FROM work.ticket_bin AS k
        LEFT JOIN app.stale_bin(r.network, 3, r.first_x, r.last_x, r.first_y, r.last_y) AS n ON k.x = n.x AND k.y = n.y
        WHERE
            k.network = r.network AND k.x BETWEEN r.first_x AND r.last_x AND k.y BETWEEN r.first_y AND r.last_y
            AND n.x IS NULL
        UNION ALL
        SELECT
            n.x,
            n.y,
            k.*
        FROM app.stale_bin(r.network, 3, r.first_x, r.last_x, r.first_y, r.last_y) AS n
        CROSS JOIN LATERAL app.count_bin(r.network, n.x, n.y) AS k
    ) AS b
    WHERE ticket.z < 14 AND ticket.at IS NULL
    GROUP BY floor(b.x / c.bins), floor(b.y / c.bins)
    UNION ALL
    SELECT
        min(b.ticket_id) AS ticket_id,
        st_setsrid(
            st_makepoint(
                (sum(b.sum_x_cm) / sum(b.tickets))::float8 / 100, (sum(b.sum_y_cm) / sum(b.tickets))::float8 / 100
            ), 3857
        ) AS geom,
        NULL AS due_at,
        sum(b.tickets)::integer AS count,
        0 AS open,
        NULL AS number,
        NULL AS category,
        NULL AS step
    FROM (SELECT app.cell_side_m() * 2 ^ (15 - ticket.z) AS side_m, 2 ^ (15 - ticket.z) AS bins) AS c
    CROSS JOIN LATERAL (
        SELECT
            (floor(st_xmin(ticket.box) / c.side_m) * c.bins)::integer AS first_x,
            (ceil(st_xmax(ticket.box) / c.side_m) * c.bins)::integer - 1 AS last_x,
            (floor(st_ymin(ticket.box) / c.side_m) * c.bins)::integer AS first_y,
            (ceil(st_ymax(ticket.box) / c.side_m) * c.bins)::integer - 1 AS last_y,
            coalesce(ticket.args ->> 'network', 'base') AS network
    ) AS r
    CROSS JOIN LATERAL (
        SELECT
            k.x,
            k.y,
            k.ticket_id,
            k.tickets,
            k.sum_x_cm,
            k.sum_y_cm
        FROM work.closed_bin AS k
        LEFT JOIN
            app.stale_bin(r.network, 0, r.first_x, r.last_x, r.first_y, r.last_y) AS n
            ON k.x = n.x AND k.y = n.y
        WHERE
            k.network = r.network AND k.x BETWEEN r.first_x AND r.last_x AND k.y BETWEEN r.first_y AND r.last_y
            AND n.x IS NULL
        UNION ALL
        SELECT
            n.x,
            n.y,
            k.*
        FROM app.stale_bin(r.network, 0, r.first_x, r.last_x, r.first_y, r.last_y) AS n
        CROSS JOIN LATERAL app.count_closed_bin(r.network, n.x, n.y) AS k
    ) AS b
    WHERE ticket.z IN (14, 15) AND ticket.at IS NULL
    GROUP BY floor(b.x / c.bins), floor(b.y / c.bins)
    UNION ALL
    SELECT
        t.ticket_id,
        st_setsrid(
            st_makepoint(
                (st_x(t.geom_3857) * 100)::integer::float8 / 100, (st_y(t.geom_3857) * 100)::integer::float8 / 100
            ), 3857
        ) AS geom,
        CASE WHEN s.is_open THEN extract(EPOCH FROM t.due_at) END::bigint AS due_at,
        1 AS count,
        s.is_open::integer AS open,
        t.number,
        t.category,
        t.step
    FROM work.ticket AS t
    CROSS JOIN LATERAL (
        SELECT app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done' AS is_open
    ) AS s
    WHERE
        (ticket.z >= 16 OR (ticket.z >= 14 AND ticket.at IS NULL AND t.closed_at IS NULL))
        AND t.geom_3857 && ticket.box
        AND t.received_at <= coalesce(ticket.at, 'infinity')
        AND t.network = coalesce(ticket.args ->> 'network', 'base')
) AS g
LEFT JOIN LATERAL (
    SELECT
        t.number,
        t.category,
        t.step
    FROM work.ticket AS t
    WHERE t.ticket_id = g.ticket_id AND g.count = 1 AND g.number IS NULL
    LIMIT 1
) AS o ON true;
END;
COMMENT ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) IS
'Tickets of one network (args: network) at their public places, below zoom 14 as counts by cell; '
'box in EPSG:3857, already widened by the buffer; at null = now';
GRANT EXECUTE ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) TO gisgrid_service, gisgrid_viewer;
