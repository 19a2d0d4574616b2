-- Long because it is one union: kept cells of three sizes of the map, cells of a date or a filter, tickets alone.
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
-- Open tickets: below zoom 15 a figure for each area that is large enough (app.open_work), from 15 on each is its own.
-- Closed ones: below zoom 14 those of a cell of 64 px, at 14 and 15 of 32 px, are one feature, from 16 on each is its
-- own. A network without areas above its grids has open ones in the cells below 14. A cell with one ticket is that
-- ticket. Cells are counted whole, so that both tiles
-- at a border say the same: the search box is widened to whole cells. Below 16 the present is read from kept cells
-- (work.ticket_bin, work.closed_bin); those that changed a moment ago are counted again, and tickets that came since
-- are added to them, which changes no cell of closed ones. A filter (args.filter: open,
-- category, due_after, due_by, received_from, received_to) is not kept by cell: its tickets are counted.
-- FULL JOIN: kept cells and those that changed are never compared each with each, however little the planner knows.
SELECT
    g.ticket_id + g.shift AS feature_id,
    g.geom,
    coalesce(g.number, o.number) AS number,
    coalesce(g.category, o.category) AS category,
    CASE WHEN ticket.at IS NULL THEN coalesce(g.step, o.step) END AS step,
    g.due_at,
    g.open = 0 AS closed,
    CASE WHEN g.count > 1 OR g.is_vague THEN g.count END AS count,
    CASE WHEN g.count > 1 OR g.is_vague THEN g.open END AS open
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
        NULL AS step,
        0::bigint AS shift,
        false AS is_vague
    FROM (
        SELECT
            ticket.args -> 'filter' IS NOT NULL AS is_filtered,
            40075016.68557849 / 2 ^ ticket.z / CASE
                WHEN ticket.z < 14 OR (ticket.z = 14 AND ticket.args -> 'filter' IS NOT NULL) THEN 8 ELSE 16
            END AS side_m,
            (ticket.args #>> '{filter,open}')::boolean AS open,
            ticket.args #>> '{filter,category}' AS category,
            coalesce((ticket.args #>> '{filter,due_after}')::timestamptz, '-infinity') AS due_after,
            coalesce((ticket.args #>> '{filter,due_by}')::timestamptz, 'infinity') AS due_by,
            coalesce((ticket.args #>> '{filter,received_from}')::timestamptz, '-infinity') AS received_from,
            coalesce((ticket.args #>> '{filter,received_to}')::timestamptz, 'infinity') AS received_to
        FROM (SELECT 0) AS once
        LIMIT 1  -- so that it is read once, not for each ticket
    ) AS c
    CROSS JOIN LATERAL (
        SELECT st_makeenvelope(
            floor(st_xmin(ticket.box) / c.side_m) * c.side_m,
            floor(st_ymin(ticket.box) / c.side_m) * c.side_m,
            ceil(st_xmax(ticket.box) / c.side_m) * c.side_m,
            ceil(st_ymax(ticket.box) / c.side_m) * c.side_m,
            3857
        ) AS box
    ) AS e
    CROSS JOIN LATERAL (
        SELECT w.*
        FROM work.ticket AS w
        WHERE c.open AND ticket.at IS NULL AND w.closed_at IS NULL AND w.geom_3857 && e.box
        UNION ALL
        SELECT w.*
        FROM work.ticket AS w
        WHERE NOT (coalesce(c.open, false) AND ticket.at IS NULL) AND w.geom_3857 && e.box
    ) AS t
    WHERE
        ((ticket.z < 16 AND ticket.at IS NOT NULL) OR ticket.args -> 'filter' IS NOT NULL)
        AND t.received_at <= coalesce(ticket.at, 'infinity')
        AND t.network = coalesce(ticket.args ->> 'network', 'base')
        AND (
            c.open IS NULL
            OR c.open = (app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done')
        )
        AND (
            c.category IS NULL
            OR t.category IN (SELECT k.category FROM work.category AS k WHERE c.category = any(k.path))
        )
        AND t.due_at > c.due_after AND t.due_at <= c.due_by
        AND t.received_at >= c.received_from AND t.received_at < c.received_to
    GROUP BY
        floor(st_x(t.geom_3857) / c.side_m),
        floor(st_y(t.geom_3857) / c.side_m),
        CASE
            WHEN
                ticket.z >= 16 OR (
                    ticket.z >= CASE WHEN c.is_filtered THEN 15 ELSE 14 END
                    AND app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done'
                )
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
        CASE WHEN NOT l.is_layered THEN extract(EPOCH FROM min(b.due_at)) END::bigint AS due_at,
        (sum(b.tickets) - CASE WHEN l.is_layered THEN sum(b.open) ELSE 0 END)::integer AS count,
        CASE WHEN l.is_layered THEN 0 ELSE sum(b.open) END::integer AS open,
        NULL AS number,
        NULL AS category,
        NULL AS step,
        CASE WHEN l.is_layered THEN 2 ^ 51 ELSE 0 END::bigint AS shift,
        l.is_layered AND sum(b.open) > 0 AS is_vague
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
        FROM (
            SELECT o.* FROM work.ticket_bin AS o
            WHERE o.network = r.network AND o.x BETWEEN r.first_x AND r.last_x AND o.y BETWEEN r.first_y AND r.last_y
        ) AS k
        FULL JOIN app.stale_bin(r.network, 3, r.first_x, r.last_x, r.first_y, r.last_y) AS n ON k.x = n.x AND k.y = n.y
        WHERE n.x IS NULL
        UNION ALL
        SELECT
            n.x,
            n.y,
            k.*
        FROM app.stale_bin(r.network, 3, r.first_x, r.last_x, r.first_y, r.last_y) AS n
        CROSS JOIN LATERAL app.count_bin(r.network, n.x, n.y) AS k
        UNION ALL
        SELECT
            n.x,
            n.y,
            k.*
        FROM app.new_in_bin(r.network, r.first_x, r.last_x, r.first_y, r.last_y) AS n
        CROSS JOIN LATERAL (
            SELECT
                t.ticket_id,
                1 AS tickets,
                1 AS open,
                t.due_at,
                (st_x(t.geom_3857) * 100)::integer::bigint AS sum_x_cm,
                (st_y(t.geom_3857) * 100)::integer::bigint AS sum_y_cm
            FROM work.ticket AS t
            WHERE t.ticket_id = n.ticket_id
            LIMIT 1
        ) AS k
    ) AS b
    CROSS JOIN (SELECT app.has_levels(coalesce(ticket.args ->> 'network', 'base')) AS is_layered) AS l
    WHERE ticket.z < 14 AND ticket.at IS NULL AND ticket.args -> 'filter' IS NULL
    GROUP BY floor(b.x / c.bins), floor(b.y / c.bins), l.is_layered
    HAVING NOT l.is_layered OR sum(b.tickets) > sum(b.open)
    UNION ALL
    SELECT
        w.ticket_id,
        w.geom,
        extract(EPOCH FROM w.due_at)::bigint AS due_at,
        w.open AS count,
        w.open,
        NULL AS number,
        NULL AS category,
        NULL AS step,
        CASE WHEN w.open > 1 THEN 2 ^ 52 ELSE 0 END::bigint AS shift,
        false AS is_vague
    FROM app.open_work(ticket.z, ticket.box, coalesce(ticket.args ->> 'network', 'base')) AS w
    WHERE ticket.z < 15 AND ticket.at IS NULL AND ticket.args -> 'filter' IS NULL
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
        NULL AS step,
        0::bigint AS shift,
        false AS is_vague
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
        FROM (
            SELECT o.* FROM work.closed_bin AS o
            WHERE o.network = r.network AND o.x BETWEEN r.first_x AND r.last_x AND o.y BETWEEN r.first_y AND r.last_y
        ) AS k
        FULL JOIN app.stale_bin(r.network, 0, r.first_x, r.last_x, r.first_y, r.last_y) AS n ON k.x = n.x AND k.y = n.y
        WHERE n.x IS NULL
        UNION ALL
        SELECT
            n.x,
            n.y,
            k.*
        FROM app.stale_bin(r.network, 0, r.first_x, r.last_x, r.first_y, r.last_y) AS n
        CROSS JOIN LATERAL app.count_closed_bin(r.network, n.x, n.y) AS k
    ) AS b
    WHERE ticket.z IN (14, 15) AND ticket.at IS NULL AND ticket.args -> 'filter' IS NULL
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
        t.step,
        0::bigint AS shift,
        false AS is_vague
    FROM work.ticket AS t
    CROSS JOIN LATERAL (
        SELECT app.ticket_state(t.closed_at, t.due_at, coalesce(ticket.at, 'infinity')) <> 'done' AS is_open
    ) AS s
    WHERE
        (ticket.z >= 15 OR (ticket.z = 14 AND NOT app.has_levels(coalesce(ticket.args ->> 'network', 'base'))))
        AND (ticket.z >= 16 OR (ticket.at IS NULL AND t.closed_at IS NULL))
        AND ticket.args -> 'filter' IS NULL
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
    WHERE t.ticket_id = g.ticket_id AND g.count = 1 AND g.number IS NULL AND NOT g.is_vague
    LIMIT 1
) AS o ON true;
END;
COMMENT ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) IS
'Tickets of one network (args: network, filter) at their public places, below zoom 15 as counts; '
'box in EPSG:3857, already widened by the buffer; at null = now';
GRANT EXECUTE ON FUNCTION tile.ticket(integer, geometry, timestamptz, jsonb) TO gisgrid_service, gisgrid_viewer;
