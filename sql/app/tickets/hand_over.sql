CREATE FUNCTION app.hand_over(
    ticket_number text, to_post bigint, to_department text, actor text, actor_role text, note text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The post must be on the ticket's grid or on an area above it, so that its holder may read the ticket. Only roles that
-- may hand over to departments can name a department.
DECLARE
    ticket bigint := app.ticket_to_change(
        ticket_number, actor_role, CASE WHEN to_post IS NULL THEN 'hand_to_department' ELSE 'hand_over' END);
    t work.ticket;
    p work.ticket_private;
    chosen core.post;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.ticket_id = ticket;
    SELECT * INTO p FROM work.ticket_private AS x WHERE x.ticket_id = ticket;
    IF to_post IS NOT NULL THEN
        SELECT * INTO chosen FROM core.post AS x WHERE x.post_id = to_post AND x.area_id = ANY(t.path)
        AND x.valid_from <= clock_timestamp() AND x.valid_to > clock_timestamp();
        IF NOT FOUND THEN
            PERFORM app.refuse('no_such_post', ticket_number);
        END IF;
    ELSIF NOT app.is_department(to_department) THEN
        PERFORM app.refuse('no_such_department', ticket_number);
    END IF;
    IF (p.post_id, p.department) IS NOT DISTINCT FROM (to_post, coalesce(chosen.department, to_department)) THEN
        PERFORM app.refuse('already');
    END IF;
    PERFORM app.give_ticket(t.ticket_id, 'handed_over', to_post, coalesce(chosen.department, to_department), actor, note, '{}');
END $$;
COMMENT ON FUNCTION app.hand_over(text, bigint, text, text, text, text) IS
'转办: give a ticket to another post on its grid or above, or to a department';
GRANT EXECUTE ON FUNCTION app.hand_over(text, bigint, text, text, text, text) TO gisgrid_service;
