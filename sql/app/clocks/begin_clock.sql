CREATE FUNCTION app.begin_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    step_due timestamptz;
BEGIN
    IF NEW.closed_at IS NULL THEN
        SELECT app.due_at(NEW.received_at, s.due_hours, s.due_unit) INTO step_due FROM work.step AS s
        WHERE s.workflow = NEW.workflow AND s.step = NEW.step AND s.due_hours IS NOT NULL;
    END IF;
    INSERT INTO work.clock (ticket_id, step_since, step_due_at, remind_at)
    VALUES (NEW.ticket_id, NEW.received_at, step_due, CASE WHEN NEW.closed_at IS NULL
            THEN app.first_reminder(NEW.received_at, NEW.due_at, NEW.received_at, step_due) END);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.begin_clock() IS 'Starts the clocks of a new ticket';
