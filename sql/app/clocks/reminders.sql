CREATE FUNCTION app.reminders(ticket bigint)
RETURNS TABLE (
    kind text, topic text, clock text, level text, area_id bigint, department text, at timestamptz, until timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- A clock is due soon when core.deployment.due_soon is left, but at the earliest half-way through a short time.
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
           app.due_at(t.due_at, e.after_hours, e.unit), 'infinity'::timestamptz
    FROM work.escalation AS e JOIN core.area AS a ON a.level = e.level AND a.area_id = ANY(t.path);
END $$;
COMMENT ON FUNCTION app.reminders(bigint) IS
'The reminders of a ticket''s clocks (due soon, overdue, escalated), each with the time from which and until which it '
'holds';
