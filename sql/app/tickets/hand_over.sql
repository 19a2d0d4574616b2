CREATE FUNCTION app.hand_over(
    ticket_number text, to_post bigint, to_department text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed, already, no_such_post, no_such_department; null when done. A post
-- must stand on the ticket's grid or above it, so that whoever gets the ticket may read it. A worker hands over along
-- his own grid; to a department only who coordinates does.
DECLARE
    can record;
    t work.ticket;
    p work.ticket_private;
    chosen core.post;
BEGIN
    SELECT * INTO can FROM app.ticket_to_change(ticket_number, actor_role, '{worker,dispatcher,supervisor,admin}');
    IF can.refused IS NOT NULL THEN
        RETURN can.refused;
    ELSIF to_post IS NULL AND actor_role = 'worker' THEN
        RETURN 'not_allowed';
    END IF;
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = can.ticket_id;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = can.ticket_id;
    IF to_post IS NOT NULL THEN
        SELECT * INTO chosen FROM core.post AS x WHERE x.post_id = to_post AND x.area_id = ANY(t.path)
        AND x.valid_from <= clock_timestamp() AND x.valid_to > clock_timestamp();
        IF NOT FOUND THEN
            RETURN 'no_such_post';
        END IF;
    ELSIF NOT app.is_department(to_department) THEN
        RETURN 'no_such_department';
    END IF;
    IF (p.post_id, p.department) IS NOT DISTINCT FROM (to_post, coalesce(chosen.department, to_department)) THEN
        RETURN 'already';
    END IF;
    PERFORM app.give_ticket(t.ticket_id, 'handed_over', to_post, coalesce(chosen.department, to_department), actor, note, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.hand_over(text, bigint, text, text, text, text) IS
'转办: give a ticket to another post on its grid or above, or to a department; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.hand_over(text, bigint, text, text, text, text) TO gisgrid_service;
