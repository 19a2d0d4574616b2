-- Long because it is one clock: what is said of it when, saying it once, stopping and starting it.
CREATE FUNCTION app.alarms(ticket bigint)
RETURNS TABLE (
    kind text, topic text, clock text, level text, area_id bigint, department text, at timestamptz, until timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Due soon is told when so much is left as the setting says, at the latest half-way: a short time has no room for more.
DECLARE
    soon interval := (SELECT d.due_soon FROM core.deployment AS d);
    t work.ticket;
    c work.clock;
    began timestamptz;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT * INTO c FROM work.clock AS x WHERE x.ticket_id = ticket;
    began := coalesce(c.whole_since, t.received_at);
    IF t.closed_at IS NOT NULL OR c.paused_at IS NOT NULL THEN
        RETURN;
    END IF;
    RETURN QUERY VALUES
        ('due_soon', 'ticket.due_soon', 'whole', NULL::text, NULL::bigint, NULL::text,
         greatest(t.due_at - soon, began + (t.due_at - began) / 2), t.due_at),
        ('overdue', 'ticket.overdue', 'whole', NULL, NULL, NULL, t.due_at, 'infinity'::timestamptz);
    IF c.step_due_at IS NOT NULL THEN
        RETURN QUERY VALUES
            ('step_due_soon:' || c.step_number, 'ticket.due_soon', 'step', NULL::text, NULL::bigint, NULL::text,
             greatest(c.step_due_at - soon, c.step_since + (c.step_due_at - c.step_since) / 2), c.step_due_at),
            ('step_overdue:' || c.step_number, 'ticket.overdue', 'step', NULL, NULL, NULL, c.step_due_at, 'infinity');
    END IF;
    RETURN QUERY
    SELECT k.name || w.whistle_id, 'ticket.' || k.topic, 'whistle', NULL::text, NULL::bigint, w.department, k.at, k.until
    FROM work.whistle AS w
    CROSS JOIN LATERAL (VALUES
        ('whistle_due_soon:', 'due_soon', greatest(w.due_at - soon, w.blown_at + (w.due_at - w.blown_at) / 2), w.due_at),
        ('whistle_overdue:', 'overdue', w.due_at, 'infinity'::timestamptz)) AS k (name, topic, at, until)
    WHERE w.ticket_id = ticket AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    RETURN QUERY
    SELECT 'escalated:' || e.level, 'ticket.escalated', 'whole', e.level, a.area_id, NULL::text,
           core.due_at(t.due_at, e.after_hours, e.unit), 'infinity'::timestamptz
    FROM work.escalation AS e JOIN core.area AS a ON a.level = e.level AND a.area_id = ANY(t.path);
END $$;
COMMENT ON FUNCTION app.alarms(bigint) IS
'What is to be said of the clocks of a ticket, from when until when: due soon, overdue, escalated';

CREATE FUNCTION app.tick_clocks(batch integer DEFAULT 500) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One batch of tickets whose alarm has gone off; returns how many were looked at, 0 when none is left. Two workers
-- skip each other's tickets, and never wait: not for each other, not for whoever moves a ticket on.
DECLARE
    moment timestamptz := clock_timestamp();
    looked bigint;
BEGIN
    WITH rung AS MATERIALIZED (
        SELECT t.ticket_id, t.path, t.step, p.department, p.post_id
        FROM work.clock AS c
        JOIN work.ticket AS t ON t.ticket_id = c.ticket_id
        JOIN work.ticket_private AS p ON p.ticket_id = c.ticket_id
        WHERE c.alarm_at <= moment ORDER BY c.alarm_at LIMIT batch
        FOR UPDATE OF c SKIP LOCKED FOR KEY SHARE OF t SKIP LOCKED
    ), alarm AS MATERIALIZED (
        SELECT r.ticket_id, a.* FROM rung AS r CROSS JOIN LATERAL app.alarms(r.ticket_id) AS a
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
        UPDATE work.clock AS c SET alarm_at = n.at, escalated = coalesce(u.level, c.escalated)
        FROM next AS n LEFT JOIN risen AS u ON u.ticket_id = n.ticket_id WHERE c.ticket_id = n.ticket_id
    )
    SELECT count(*) INTO looked FROM rung;
    RETURN looked;
END $$;
COMMENT ON FUNCTION app.tick_clocks(integer) IS
'Remind and escalate what is due, each once: one batch; how many tickets were looked at, 0 when all are';

CREATE FUNCTION app.stop_clock(ticket bigint, reason text, actor text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moment timestamptz := clock_timestamp();
BEGIN
    INSERT INTO work.pause (ticket_id, reason, actor, paused_at)
    SELECT t.ticket_id, stop_clock.reason, stop_clock.actor, moment FROM work.ticket AS t
    WHERE t.ticket_id = ticket AND t.closed_at IS NULL
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE work.clock AS c SET paused_at = moment, alarm_at = NULL WHERE c.ticket_id = ticket;
        RETURN true;
    END IF;
    RETURN false;
END $$;
COMMENT ON FUNCTION app.stop_clock(bigint, text, text) IS
'Stop the clocks of an open ticket while its reporter is asked; false: they stand still already';

CREATE FUNCTION app.start_clock(ticket bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The clocks of the ticket, the whole's, the step's, the departments', are due later by the time that was waited.
DECLARE
    moment timestamptz := clock_timestamp();
    since timestamptz;
BEGIN
    UPDATE work.pause AS p SET resumed_at = moment WHERE p.ticket_id = ticket AND p.resumed_at IS NULL
    RETURNING p.paused_at INTO since;
    IF since IS NULL THEN
        RETURN false;
    END IF;
    UPDATE work.clock AS c SET
        paused_at = NULL,
        step_due_at = core.move_due(c.step_due_at, s.due_unit, greatest(since, c.step_since), moment)
    FROM work.ticket AS t JOIN work.step AS s ON s.workflow = t.workflow AND s.step = t.step
    WHERE c.ticket_id = ticket AND t.ticket_id = ticket;
    UPDATE work.whistle AS w SET due_at = core.move_due(w.due_at, w.due_unit, greatest(since, w.blown_at), moment)
    WHERE w.ticket_id = ticket AND w.done_at IS NULL AND w.withdrawn_at IS NULL;
    UPDATE work.ticket AS t SET due_at = core.move_due(t.due_at, t.due_unit, since, moment) WHERE t.ticket_id = ticket;
    RETURN true;
END $$;
COMMENT ON FUNCTION app.start_clock(bigint) IS
'Start the clocks of a ticket again, due later by what was waited; false: they were running';

CREATE FUNCTION app.turn_clock(
    ticket_number text, is_running boolean, reason text, actor text, actor_role text
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, already; null when done.
DECLARE
    t record;
    changed boolean;
BEGIN
    SELECT * INTO t FROM app.ticket_to_change(
        ticket_number, actor_role, '{worker,department,dispatcher,supervisor,admin}');
    IF t.refused IS NOT NULL THEN
        RETURN t.refused;
    END IF;
    changed := CASE WHEN is_running THEN app.start_clock(t.ticket_id)
                    ELSE app.stop_clock(t.ticket_id, reason, actor) END;
    IF NOT changed THEN
        RETURN 'already';
    END IF;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT x.ticket_id, x.path, p.department, CASE WHEN is_running THEN 'resumed' ELSE 'paused' END, x.step, x.step,
           turn_clock.actor, reason, jsonb_build_object('due_at', x.due_at)
    FROM work.ticket AS x JOIN work.ticket_private AS p USING (ticket_id) WHERE x.ticket_id = t.ticket_id;
    INSERT INTO work.outbox (ticket_id, topic, payload)
    VALUES (t.ticket_id, CASE WHEN is_running THEN 'ticket.resumed' ELSE 'ticket.paused' END, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.turn_clock(text, boolean, text, text, text) IS
'Stop a ticket''s clocks while its reporter is asked, or start them again; returns why not, or null when done';
