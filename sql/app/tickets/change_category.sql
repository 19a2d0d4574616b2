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
GRANT EXECUTE ON FUNCTION app.change_category(text, text, text, text, text) TO gisgrid_service;
