CREATE FUNCTION app.renew_bins(most integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- One statement, so one snapshot: a cell that is touched meanwhile says so itself, for its readers and the next time.
-- Rows go by their places, each looked for by itself (LATERAL ... OFFSET 0): how many there are the planner does not know,
-- and a join would compare each with each.
DECLARE
    renewed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    WITH large AS MATERIALIZED (  -- whole ones: a ticket that has come must not be counted and be left as one that comes
        SELECT n.* FROM (
            SELECT c.network, c.x >> 3 AS x, c.y >> 3 AS y, array_agg(c.ctid) AS rows,
                   sum(count(*)) OVER (ORDER BY c.network, c.x >> 3, c.y >> 3) - count(*) AS before
            FROM work.ticket_bin_change AS c GROUP BY c.network, c.x >> 3, c.y >> 3
        ) AS n
        WHERE n.before < most OR most IS NULL
    ), picked AS MATERIALIZED (
        SELECT array_agg(r.ctid) AS rows FROM large AS l CROSS JOIN LATERAL unnest(l.rows) AS r (ctid)
    ), small AS MATERIALIZED (
        SELECT c.network, c.x, c.y FROM work.ticket_bin_change AS c
        WHERE c.ctid = ANY((SELECT p.rows FROM picked AS p)::tid[]) AND c.came IS NULL
        GROUP BY c.network, c.x, c.y
    ), seen AS (
        DELETE FROM work.ticket_bin_change AS c WHERE c.ctid = ANY((SELECT p.rows FROM picked AS p)::tid[])
    ), closed AS MATERIALIZED (
        SELECT c.*, n.* FROM small AS c CROSS JOIN LATERAL app.count_closed_bin(c.network, c.x, c.y) AS n
    ), counted AS MATERIALIZED (
        SELECT c.network, c.x, c.y, n.* FROM large AS c CROSS JOIN LATERAL app.count_bin(c.network, c.x, c.y) AS n
    ), emptied AS (
        DELETE FROM work.ticket_bin AS b WHERE b.ctid = ANY(ARRAY(
            SELECT o.spot
            FROM (SELECT l.network, l.x, l.y FROM large AS l EXCEPT SELECT n.network, n.x, n.y FROM counted AS n) AS c
            CROSS JOIN LATERAL (
                SELECT e.ctid AS spot FROM work.ticket_bin AS e
                WHERE (e.network, e.x, e.y) = (c.network, c.x, c.y) OFFSET 0) AS o))
    ), kept AS (
        INSERT INTO work.ticket_bin (network, x, y, ticket_id, tickets, open, due_at, sum_x_cm, sum_y_cm)
        SELECT * FROM counted
        ON CONFLICT (network, x, y) DO UPDATE SET
            ticket_id = excluded.ticket_id, tickets = excluded.tickets, open = excluded.open,
            due_at = excluded.due_at, sum_x_cm = excluded.sum_x_cm, sum_y_cm = excluded.sum_y_cm
    ), emptied_small AS (
        DELETE FROM work.closed_bin AS b WHERE b.ctid = ANY(ARRAY(
            SELECT o.spot
            FROM (SELECT l.network, l.x, l.y FROM small AS l EXCEPT SELECT n.network, n.x, n.y FROM closed AS n) AS c
            CROSS JOIN LATERAL (
                SELECT e.ctid AS spot FROM work.closed_bin AS e
                WHERE (e.network, e.x, e.y) = (c.network, c.x, c.y) OFFSET 0) AS o))
    ), kept_small AS (
        INSERT INTO work.closed_bin (network, x, y, ticket_id, tickets, sum_x_cm, sum_y_cm)
        SELECT * FROM closed
        ON CONFLICT (network, x, y) DO UPDATE SET
            ticket_id = excluded.ticket_id, tickets = excluded.tickets,
            sum_x_cm = excluded.sum_x_cm, sum_y_cm = excluded.sum_y_cm
    )
    SELECT coalesce(sum(cardinality(l.rows)), 0) INTO renewed FROM large AS l;
    RETURN renewed;
END $$;
COMMENT ON FUNCTION app.renew_bins(integer) IS
'Count the tickets of cells again in which something changed, whole large ones until so many changes are done (null: all); returns '
'how many changes. Tickets are neither locked nor waited for';
