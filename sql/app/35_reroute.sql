-- Long because it is one thing: a ticket that changes gets its areas, its assignee and its clock anew, once, with why.
CREATE FUNCTION app.due_after_pauses(ticket bigint, since timestamptz, hours integer, unit text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due timestamptz := core.due_at(since, hours, unit);
    p record;
BEGIN
    FOR p IN SELECT x.paused_at, x.resumed_at FROM work.pause AS x
             WHERE x.ticket_id = ticket AND x.resumed_at IS NOT NULL AND x.resumed_at > since
             ORDER BY x.paused_at LOOP
        due := core.move_due(due, unit, p.paused_at, p.resumed_at);
    END LOOP;
    RETURN due;
END $$;
COMMENT ON FUNCTION app.due_after_pauses(bigint, timestamptz, integer, text) IS
'When is a ticket due, all that it has waited for its reporter left out?';

CREATE FUNCTION app.reroute(
    ticket bigint, why text, actor text, note text, detail jsonb, renew_due boolean, from_step text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Ask app.route again and write down what came of it: one event, one notice. `detail` says from what to what;
-- `from_step`: the closing step out of which it was reopened.
DECLARE
    clock_since timestamptz;
    t work.ticket;
    p work.ticket_private;
    r record;
    next_step text;
    due timestamptz;
BEGIN
    SELECT * INTO STRICT t FROM work.ticket AS x WHERE x.ticket_id = ticket FOR UPDATE;
    SELECT * INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    SELECT x.* INTO r FROM (SELECT) AS always LEFT JOIN core.area AS a ON a.area_id = t.area_id AND a.level = 'grid'
    CROSS JOIN LATERAL app.route(t.category, t.path, a.kind) AS x;
    next_step := app.step_once_routed(t.workflow, t.step, r.post_id IS NOT NULL OR r.department IS NOT NULL);
    due := t.due_at;
    IF renew_due AND (from_step IS NOT NULL OR (r.due_hours, r.due_unit) IS DISTINCT FROM (t.due_hours, t.due_unit)) THEN
        SELECT coalesce(c.whole_since, t.received_at) INTO clock_since FROM work.clock AS c WHERE c.ticket_id = ticket;
        due := app.due_after_pauses(ticket, clock_since, r.due_hours, r.due_unit);
    END IF;
    UPDATE work.ticket AS x SET step = next_step, priority = r.priority, due_at = due,
        due_hours = CASE WHEN renew_due THEN r.due_hours ELSE x.due_hours END,
        due_unit = CASE WHEN renew_due THEN r.due_unit ELSE x.due_unit END
    WHERE x.ticket_id = ticket;
    UPDATE work.ticket_private AS x SET path = t.path, post_id = r.post_id, department = r.department
    WHERE x.ticket_id = ticket;
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    VALUES (ticket, t.path, r.department, why, coalesce(reroute.from_step, t.step), next_step, reroute.actor, reroute.note,
            detail || jsonb_build_object('rule', r.rule, 'assigned_by', r.assigned_by, 'from_post_id', p.post_id,
                                         'post_id', r.post_id, 'due_at', due));
    INSERT INTO work.outbox (ticket_id, topic, payload, left_path)
    VALUES (ticket, 'ticket.' || why, detail - 'changeset', CASE WHEN p.path <> t.path THEN p.path END);
END $$;
COMMENT ON FUNCTION app.reroute(bigint, text, text, text, jsonb, boolean, text) IS
'Give a ticket that changed its assignee, priority and due time anew, with an event that says why';

CREATE FUNCTION app.place_ticket(
    ticket bigint, spot geometry, accuracy_m double precision,
    OUT code text, OUT area_version_id bigint, OUT method text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The caller holds the shared boundary lock where boundaries could flip meanwhile; what is private follows in reroute.
-- Without a point: where the area is now that was named. Where a device stands is not shown.
DECLARE
    l record;
BEGIN
    IF spot IS NULL THEN
        SELECT h.* INTO l FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
        CROSS JOIN LATERAL app.area_held(p.named_area_id, t.area_id, t.network) AS h WHERE t.ticket_id = ticket;
        UPDATE work.ticket AS x SET
            area_version_id = l.area_version_id, area_id = l.area_id, path = l.path, method = l.method,
            confidence = l.confidence, geom = CASE WHEN x.geom IS NOT NULL THEN l.label_point END
        WHERE x.ticket_id = ticket;
        code := l.code;
        area_version_id := l.area_version_id;
        method := l.method;
        RETURN;
    END IF;
    SELECT g.area_version_id, g.method, g.confidence, coalesce(g.area_id, u.area_id) AS held_by,
           coalesce(g.path, u.path, '{0}') AS held_path, coalesce(g.code, u.code) AS held_code
    INTO l FROM work.ticket AS t CROSS JOIN LATERAL app.locate(spot, t.network, NULL, place_ticket.accuracy_m) AS g
    LEFT JOIN LATERAL app.area_above(spot, t.network) AS u ON g.area_id IS NULL
    WHERE t.ticket_id = ticket;
    UPDATE work.ticket AS x SET
        area_version_id = l.area_version_id, area_id = l.held_by, path = l.held_path, method = l.method,
        confidence = l.confidence,
        geom = CASE WHEN c.public_place = 'point' AND p.device_id IS NULL THEN spot ELSE v.label_point END
    FROM work.category AS c
    CROSS JOIN work.ticket_private AS p
    LEFT JOIN core.area_version AS v ON v.area_version_id = l.area_version_id
    WHERE x.ticket_id = ticket AND p.ticket_id = ticket AND c.category = x.category;
    code := l.held_code;
    area_version_id := l.area_version_id;
    method := l.method;
END $$;
COMMENT ON FUNCTION app.place_ticket(bigint, geometry, double precision) IS
'A ticket takes the grid that has this point now; which one, by which version, how it was found';

CREATE FUNCTION app.step_once_routed(workflow text, step text, is_routed boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
-- Between the step where nobody has it and the first where somebody has; later steps stay.
BEGIN
    RETURN coalesce((
        SELECT n.step FROM work.step AS s
        JOIN work.step AS n ON n.workflow = s.workflow
            AND CASE WHEN is_routed THEN n.is_first_routed ELSE n.is_unrouted END
        WHERE s.workflow = step_once_routed.workflow AND s.step = step_once_routed.step
          AND CASE WHEN is_routed THEN s.is_unrouted ELSE s.is_first_routed END), step_once_routed.step);
END $$;
COMMENT ON FUNCTION app.step_once_routed(text, text, boolean) IS
'Which step is a ticket in once it has been routed again, to somebody or to nobody?';

CREATE FUNCTION app.ticket_to_change(
    ticket_number text, actor_role text, allowed text [] DEFAULT '{dispatcher,supervisor,admin}'
) RETURNS TABLE (ticket_id bigint, refused text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Locks the ticket. Scope is asked here, because what follows runs as the owner. A reporter has no scope: whoever says
-- that this is one has seen the ticket's secret.
DECLARE
    is_closed boolean;
    is_seen boolean;
BEGIN
    SELECT t.ticket_id, t.closed_at IS NOT NULL INTO ticket_id, is_closed
    FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE;
    SELECT p.path && core.scope() OR p.department = core.scope_department() INTO is_seen
    FROM work.ticket_private AS p WHERE p.ticket_id = ticket_to_change.ticket_id;
    refused := CASE
        WHEN ticket_id IS NULL THEN 'unknown'
        WHEN is_seen IS NOT TRUE AND actor_role <> 'reporter' OR actor_role <> ALL(allowed) THEN 'not_allowed'
        WHEN is_closed THEN 'closed' END;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.ticket_to_change(text, text, text []) IS
'May whoever asks say that this ticket is about something else, or lies elsewhere? Null: yes, and it is locked';

CREATE FUNCTION app.change_category(
    ticket_number text, new_category text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, no_such_category; null when done, also when it was so already.
DECLARE
    t record;
    before text;
    c work.category;
BEGIN
    SELECT * INTO t FROM app.ticket_to_change(ticket_number, actor_role);
    IF t.refused IS NOT NULL THEN
        RETURN t.refused;
    END IF;
    SELECT x.category INTO before FROM work.ticket AS x WHERE x.ticket_id = t.ticket_id;
    IF before = new_category THEN
        RETURN NULL;
    END IF;
    SELECT * INTO c FROM work.category AS x
    WHERE x.category = new_category AND (x.retired_at IS NULL OR x.retired_at > clock_timestamp());
    IF NOT FOUND THEN
        RETURN 'no_such_category';
    END IF;
    UPDATE work.ticket AS x SET
        category = c.category,
        geom = CASE WHEN p.geom IS NULL THEN x.geom
            WHEN c.public_place = 'point' AND p.device_id IS NULL THEN p.geom ELSE v.label_point END
    FROM work.ticket_private AS p
    LEFT JOIN core.area_version AS v ON v.area_version_id = (
        SELECT y.area_version_id FROM work.ticket AS y WHERE y.ticket_id = t.ticket_id)
    WHERE x.ticket_id = t.ticket_id AND p.ticket_id = t.ticket_id;
    PERFORM app.reroute(t.ticket_id, 'recategorised', actor, note,
                        jsonb_build_object('from', before, 'to', c.category), true);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.change_category(text, text, text, text, text) IS
'Say that a ticket is about something else: it is routed again; returns why not, or null when done';

CREATE FUNCTION app.change_place(ticket_number text, place jsonb, actor text, actor_role text, note text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed; null when done. `place`: lon_wgs84, lat_wgs84, lon, lat, system,
-- accuracy_m. The shared boundary lock is a statement of its own, as in app.receive_report.
DECLARE
    spot geometry := st_setsrid(st_makepoint((place->>'lon_wgs84')::float8, (place->>'lat_wgs84')::float8), 4326);
    t record;
    l record;
    was text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO t FROM app.ticket_to_change(ticket_number, actor_role);
    IF t.refused IS NOT NULL THEN
        RETURN t.refused;
    END IF;
    SELECT a.code INTO was FROM core.area AS a JOIN work.ticket AS x USING (area_id) WHERE x.ticket_id = t.ticket_id;
    SELECT * INTO l FROM app.place_ticket(t.ticket_id, spot, (place->>'accuracy_m')::float8);
    UPDATE work.ticket_private AS x SET
        lon = (place->>'lon')::float8, lat = (place->>'lat')::float8, system = place->>'system',
        accuracy_m = (place->>'accuracy_m')::float8, geom = spot, named_area_id = NULL
    WHERE x.ticket_id = t.ticket_id;
    PERFORM app.reroute(t.ticket_id, 'replaced', actor, note, jsonb_build_object('from', was, 'to', l.code,
        'version', l.area_version_id, 'method', l.method), true);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.change_place(text, jsonb, text, text, text) IS
'Say that a ticket lies elsewhere: it is located and routed again; returns why not, or null when done';
