CREATE FUNCTION app.change_category(
    ticket_number text, new_category text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ticket bigint;
    before text;
    c work.category;
BEGIN
    ticket := app.ticket_to_change(ticket_number, actor_role, 'recategorise');
    SELECT x.category INTO before FROM work.ticket AS x WHERE x.ticket_id = ticket;
    IF before = new_category THEN
        RETURN;
    END IF;
    SELECT * INTO c FROM work.category AS x
    WHERE x.category = new_category AND (x.retired_at IS NULL OR x.retired_at > clock_timestamp());
    IF NOT FOUND THEN
        PERFORM app.refuse('no_such_category');
    END IF;
    UPDATE work.ticket AS x SET
        category = c.category,
        has_public_point = c.public_place = 'point' AND p.device_id IS NULL,
        geom = CASE WHEN p.geom IS NULL THEN x.geom
            WHEN c.public_place = 'point' AND p.device_id IS NULL THEN p.geom ELSE v.label_point END
    FROM work.ticket_private AS p
    LEFT JOIN core.area_version AS v ON v.area_version_id = (
        SELECT y.area_version_id FROM work.ticket AS y WHERE y.ticket_id = ticket)
    WHERE x.ticket_id = ticket AND p.ticket_id = ticket;
    PERFORM app.reroute(ticket, 'recategorised', actor, note,
                        jsonb_build_object('from', before, 'to', c.category), true);
END $$;
COMMENT ON FUNCTION app.change_category(text, text, text, text, text) IS
'Give a ticket another category and route it again; refuses no_such_category';
GRANT EXECUTE ON FUNCTION app.change_category(text, text, text, text, text) TO gisgrid_service;
