CREATE FUNCTION app.assign_on_arrival(ticket bigint, workflow text, arrived text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- In the unrouted step a ticket has no assignee, in the first routed step it has one. Returns what changed, as JSON for
-- the event.
DECLARE
    s work.step;
    p work.ticket_private;
    r record;
BEGIN
    SELECT * INTO s FROM work.step AS x WHERE x.workflow = assign_on_arrival.workflow AND x.step = arrived;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    IF s.is_unrouted AND (p.post_id IS NOT NULL OR p.department IS NOT NULL) THEN
        UPDATE work.ticket_private AS x SET post_id = NULL, department = NULL WHERE x.ticket_id = ticket;
        RETURN jsonb_build_object('from_post_id', p.post_id, 'from_department', p.department);
    ELSIF s.is_first_routed AND p.post_id IS NULL AND p.department IS NULL THEN
        SELECT x.* INTO r FROM work.ticket AS t
        LEFT JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
        CROSS JOIN LATERAL app.route(t.category, t.path, a.kind) AS x WHERE t.ticket_id = ticket;
        UPDATE work.ticket_private AS x SET post_id = r.post_id, department = r.department WHERE x.ticket_id = ticket;
        RETURN jsonb_build_object('post_id', r.post_id, 'rule', r.rule, 'assigned_by', r.assigned_by);
    END IF;
    RETURN '{}';
END $$;
COMMENT ON FUNCTION app.assign_on_arrival(bigint, text, text) IS
'Takes the assignee from a ticket that comes to the unrouted step; routes a ticket without one at the first routed '
'step';
