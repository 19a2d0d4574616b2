-- Long because every counter is a sum of what is kept, what is not added up yet, and what the instant asks for.
CREATE FUNCTION app.counters(
    area_id bigint, at timestamptz, zone text, soon interval, network text DEFAULT NULL
)
RETURNS TABLE (
    total bigint, done bigint, open bigint, today bigint, due_soon bigint, overdue bigint, unplaced bigint
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
-- Kept counters (work.counter), changes not added up yet, and what the instant decides, by ranges of indexes. Tickets
-- received or closed after the instant are few: of "now" only those of the last moment. Ranges have both ends, because
-- the planner takes an open one for a third of the table. STABLE: all statements see one snapshot.
DECLARE
    place record;
    known timestamptz;
BEGIN
    SELECT p.* INTO place FROM app.counted_path(counters.area_id, counters.at, network => counters.network) AS p;
    SELECT k.overdue_at INTO known FROM work.counter_time AS k;
    RETURN QUERY
    WITH kept AS (
        SELECT coalesce(sum(c.tickets), 0) AS tickets, coalesce(sum(c.open), 0) AS open,
               coalesce(sum(c.overdue), 0) AS overdue
        FROM work.counter AS c
        WHERE c.path = place.path AND (counters.network IS NULL OR c.network = counters.network)
    ), below AS (
        SELECT coalesce(sum(c.tickets), 0) AS tickets
        FROM unnest(place.children) AS e (child_id) JOIN work.counter AS c ON c.path = place.path || e.child_id
        WHERE counters.network IS NULL OR c.network = counters.network
    ), changed AS (
        SELECT coalesce(sum(c.tickets), 0) AS tickets, coalesce(sum(c.open), 0) AS open,
               coalesce(sum(c.open) FILTER (WHERE c.due_at <= known), 0) AS overdue,
               coalesce(sum(c.tickets) FILTER (WHERE c.path[place.depth + 1] = ANY(place.children)), 0) AS placed
        FROM work.counter_change AS c
        WHERE c.path[1:place.depth] = place.path AND (counters.network IS NULL OR c.network = counters.network)
    ), due AS (
        SELECT count(*) AS tickets FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.due_at > least(known, counters.at) AND t.due_at <= greatest(known, counters.at)
          AND t.path[place.depth] = counters.area_id AND t.path[1:place.depth] = place.path
          AND (counters.network IS NULL OR t.network = counters.network)
    ), upcoming AS (
        SELECT count(*) AS tickets FROM work.ticket AS t
        WHERE t.closed_at IS NULL AND t.due_at > counters.at AND t.due_at <= counters.at + counters.soon
          AND t.path[place.depth] = counters.area_id AND t.path[1:place.depth] = place.path
          AND (counters.network IS NULL OR t.network = counters.network)
    ), fresh AS (
        SELECT count(*) AS tickets FROM work.ticket AS t
        WHERE t.received_at <= counters.at  -- no local day begins more than two hours beside what is truncated here
          AND t.received_at >= date_trunc('day', counters.at AT TIME ZONE counters.zone) AT TIME ZONE counters.zone
              - interval '2 hours'
          AND (t.received_at AT TIME ZONE counters.zone)::date = (counters.at AT TIME ZONE counters.zone)::date
          AND t.path[place.depth] = counters.area_id AND t.path[1:place.depth] = place.path
          AND (counters.network IS NULL OR t.network = counters.network)
    ), later AS (  -- received after the instant: taken away again
        SELECT count(*) AS tickets, count(*) FILTER (WHERE t.closed_at IS NULL) AS open,
               count(*) FILTER (WHERE s.state = 'overdue') AS overdue,
               count(*) FILTER (WHERE s.state = 'due_soon') AS due_soon,
               count(*) FILTER (WHERE t.path[place.depth + 1] = ANY(place.children)) AS placed
        FROM work.ticket AS t
        CROSS JOIN LATERAL (SELECT CASE WHEN t.closed_at IS NULL THEN
            app.ticket_state(NULL, t.due_at, counters.at, counters.soon) END AS state) AS s
        WHERE t.received_at > counters.at AND t.received_at <= 'infinity'
          AND t.path[place.depth] = counters.area_id AND t.path[1:place.depth] = place.path
          AND (counters.network IS NULL OR t.network = counters.network)
    ), reopened AS (  -- closed after the instant: open then
        SELECT count(*) AS open, count(*) FILTER (WHERE s.state = 'overdue') AS overdue,
               count(*) FILTER (WHERE s.state = 'due_soon') AS due_soon
        FROM work.ticket AS t
        CROSS JOIN LATERAL (
            SELECT app.ticket_state(t.closed_at, t.due_at, counters.at, counters.soon) AS state) AS s
        WHERE t.closed_at > counters.at AND t.closed_at <= 'infinity' AND t.received_at <= counters.at
          AND t.path[place.depth] = counters.area_id AND t.path[1:place.depth] = place.path
          AND (counters.network IS NULL OR t.network = counters.network)
    ), whole AS (
        SELECT k.tickets + c.tickets - l.tickets AS total,
               k.open + c.open - l.open + r.open AS open,
               f.tickets AS today,
               n.tickets - l.due_soon + r.due_soon AS due_soon,
               k.overdue + c.overdue - l.overdue + r.overdue
               + CASE WHEN counters.at >= known THEN d.tickets ELSE -d.tickets END AS overdue,
               b.tickets + c.placed - l.placed AS placed
        FROM kept AS k, below AS b, changed AS c, due AS d, upcoming AS n, fresh AS f, later AS l, reopened AS r
    )
    SELECT w.total::bigint, (w.total - w.open)::bigint, w.open::bigint, w.today, w.due_soon, w.overdue::bigint,
           CASE WHEN place.has_children THEN w.total - w.placed ELSE 0 END::bigint
    FROM whole AS w;
END $$;
COMMENT ON FUNCTION app.counters(bigint, timestamptz, text, interval, text) IS
'How many tickets of an area are open, due soon, overdue, done now? total = totals of the children + unplaced, always; '
'area 0: everywhere, of all networks or of one';
GRANT EXECUTE ON FUNCTION app.counters(bigint, timestamptz, text, interval, text) TO gisgrid_service, gisgrid_viewer;
