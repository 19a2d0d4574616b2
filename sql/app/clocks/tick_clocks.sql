CREATE FUNCTION app.tick_clocks(batch integer DEFAULT 500) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One batch of tickets whose work.clock.remind_at has passed; returns how many, 0 when none is left. Workers skip each
-- other's tickets and tickets that somebody is changing: they never wait.
DECLARE
    moment timestamptz := clock_timestamp();
    looked bigint;
BEGIN
    WITH rung AS MATERIALIZED (
        SELECT t.ticket_id, t.path, t.step, p.department, p.post_id
        FROM work.clock AS c
        JOIN work.ticket AS t ON t.ticket_id = c.ticket_id
        JOIN work.ticket_private AS p ON p.ticket_id = c.ticket_id
        WHERE c.remind_at <= moment ORDER BY c.remind_at LIMIT batch
        FOR UPDATE OF c SKIP LOCKED FOR KEY SHARE OF t SKIP LOCKED
    ), alarm AS MATERIALIZED (
        SELECT r.ticket_id, a.* FROM rung AS r CROSS JOIN LATERAL app.reminders(r.ticket_id) AS a
    ), said AS (
        INSERT INTO work.reminder (ticket_id, kind, at)
        SELECT a.ticket_id, a.kind, moment FROM alarm AS a WHERE a.at <= moment AND a.until > moment
        ON CONFLICT DO NOTHING RETURNING reminder.ticket_id, reminder.kind
    ), telling AS MATERIALIZED (
        SELECT s.ticket_id, a.kind, a.topic, a.clock, a.level, a.department AS called, r.path, r.step, r.department,
               coalesce(d.post_id, CASE WHEN a.level IS NULL THEN r.post_id END) AS post_id, x.code AS area,
               row_number() OVER (ORDER BY s.ticket_id, a.at, a.kind) AS n
        FROM said AS s
        JOIN alarm AS a ON a.ticket_id = s.ticket_id AND a.kind = s.kind
        JOIN rung AS r ON r.ticket_id = s.ticket_id
        LEFT JOIN core.area AS x ON x.area_id = a.area_id
        LEFT JOIN LATERAL app.on_duty(ARRAY[a.area_id], moment) AS d ON a.area_id IS NOT NULL
    ), event AS (
        INSERT INTO work.event (ticket_id, path, department, at, action, from_step, to_step, detail)
        SELECT w.ticket_id, w.path, w.department, moment, replace(w.topic, 'ticket.', ''), w.step, w.step,
               jsonb_strip_nulls(jsonb_build_object(
                   'clock', w.clock, 'level', w.level, 'area', w.area, 'called', w.called,
                   'post_id', CASE WHEN w.called IS NULL THEN w.post_id END))
        FROM telling AS w ORDER BY w.n
    ), notice AS (
        INSERT INTO work.outbox (ticket_id, topic, payload)
        SELECT w.ticket_id, w.topic, jsonb_strip_nulls(jsonb_build_object(
            'clock', w.clock, 'level', w.level, 'area', w.area, 'post_id', w.post_id))
        FROM telling AS w ORDER BY w.n
    ), risen AS (
        SELECT w.ticket_id, (array_agg(l.level ORDER BY l.rank))[1] AS level
        FROM telling AS w JOIN core.level AS l ON l.level = w.level GROUP BY w.ticket_id
    ), next AS (
        SELECT r.ticket_id, min(a.at) FILTER (WHERE a.at > moment) AS at
        FROM rung AS r LEFT JOIN alarm AS a ON a.ticket_id = r.ticket_id GROUP BY r.ticket_id
    ), turned AS (
        UPDATE work.clock AS c SET remind_at = n.at, escalated = coalesce(u.level, c.escalated)
        FROM next AS n LEFT JOIN risen AS u ON u.ticket_id = n.ticket_id WHERE c.ticket_id = n.ticket_id
    )
    SELECT count(*) INTO looked FROM rung;
    RETURN looked;
END $$;
COMMENT ON FUNCTION app.tick_clocks(integer) IS
'Write the reminders and escalations that are due, each once: one batch; returns how many tickets it looked at';
