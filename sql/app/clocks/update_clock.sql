CREATE FUNCTION app.update_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- remind_at also takes account of the clocks of called departments.
DECLARE
    moment timestamptz := clock_timestamp();
    since timestamptz;
BEGIN
    IF NEW.closed_at IS NOT NULL THEN
        UPDATE work.pause AS p SET resumed_at = moment WHERE p.ticket_id = NEW.ticket_id AND p.resumed_at IS NULL
        RETURNING p.paused_at INTO since;
        IF since IS NOT NULL THEN
            UPDATE work.ticket AS t SET due_at = app.move_due(t.due_at, t.due_unit, since, moment)
            WHERE t.ticket_id = NEW.ticket_id;
        END IF;
    END IF;
    IF NEW.step <> OLD.step THEN
        UPDATE work.clock AS c SET step_number = c.step_number + 1, step_since = moment,
               step_due_at = app.due_at(moment, s.due_hours, s.due_unit)
        FROM work.step AS s WHERE c.ticket_id = NEW.ticket_id AND s.workflow = NEW.workflow AND s.step = NEW.step;
    END IF;
    UPDATE work.clock AS c SET
        paused_at = CASE WHEN NEW.closed_at IS NULL THEN c.paused_at END,
        remind_at = CASE WHEN NEW.closed_at IS NULL AND c.paused_at IS NULL
                        THEN least(app.first_reminder(NEW.received_at, NEW.due_at, c.step_since, c.step_due_at), (
                            SELECT min(w.blown_at + (w.due_at - w.blown_at) / 2) FROM work.whistle AS w
                            WHERE w.ticket_id = NEW.ticket_id AND w.done_at IS NULL AND w.withdrawn_at IS NULL)) END
    WHERE c.ticket_id = NEW.ticket_id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.update_clock() IS 'Sets the clocks of a ticket to its new step, due time or closing';
