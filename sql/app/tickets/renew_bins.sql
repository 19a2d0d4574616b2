CREATE FUNCTION app.renew_bins(most integer DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- One statement, so one snapshot: a cell that is touched meanwhile says so itself, for its readers and the next time.
-- Rows go by their places, each looked for by itself (LATERAL ... OFFSET 0): how many there are the planner does not know,
-- and a join would compare each with each.
DECLARE
    renewed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    WITH picked AS MATERIALIZED (
        SELECT c.network, c.x, c.y, array_agg(c.ctid) AS rows FROM work.ticket_bin_change AS c
        GROUP BY c.network, c.x, c.y ORDER BY c.network, c.x >> 3, c.y >> 3 LIMIT most
    ), small AS MATERIALIZED (
        SELECT c.network, c.x, c.y FROM picked AS c
    ), seen AS (
        DELETE FROM work.ticket_bin_change AS c WHERE c.ctid = ANY(ARRAY(SELECT unnest(p.rows) FROM picked AS p))
    ), large AS MATERIALIZED (
        SELECT DISTINCT c.network, c.x >> 3 AS x, c.y >> 3 AS y FROM small AS c
    ), closed AS MATERIALIZED (
        SELECT c.*, n.* FROM small AS c CROSS JOIN LATERAL app.count_closed_bin(c.network, c.x, c.y) AS n
    ), counted AS MATERIALIZED (
        SELECT c.*, n.* FROM large AS c CROSS JOIN LATERAL app.count_bin(c.network, c.x, c.y) AS n
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
    SELECT count(*) INTO renewed FROM small;
    RETURN renewed;
END $$;
COMMENT ON FUNCTION app.renew_bins(integer) IS
'Count the tickets of cells again in which something changed, at most so many small ones (null: all); returns how many. Tickets '
'are neither locked nor waited for';
