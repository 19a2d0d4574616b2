CREATE FUNCTION app.record_assignee() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Appends only, as app.record_counters.
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO work.post_change (ticket_id, is_private, was_there) VALUES (NEW.ticket_id, true, false);
    ELSE
        INSERT INTO work.post_change (ticket_id, is_private, was_there, path, post_id, department)
        VALUES (OLD.ticket_id, true, true, OLD.path, OLD.post_id, OLD.department);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_assignee() IS
'Appends to work.post_change whose a ticket was before it changed hands, or where its private row was seen';
