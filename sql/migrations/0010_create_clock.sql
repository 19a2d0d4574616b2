-- The clocks of tickets: due, per step and whole, paused, reminded, escalated. Long because a schema is one file.
ALTER TABLE work.ticket
ADD COLUMN priority smallint NOT NULL DEFAULT 3 CONSTRAINT priority_is_1_to_5 CHECK (priority BETWEEN 1 AND 5),
ADD COLUMN due_hours integer,
ADD COLUMN due_unit text NOT NULL DEFAULT 'calendar'
CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working'));
COMMENT ON COLUMN work.ticket.priority IS '1 most urgent, 3 as usual, 5 least';
COMMENT ON COLUMN work.ticket.due_hours IS
'The hours from received_at of which due_at was made; null: it came from elsewhere';

ALTER TABLE work.step
ADD COLUMN due_hours integer CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
ADD COLUMN due_unit text NOT NULL DEFAULT 'calendar'
CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working'));
COMMENT ON COLUMN work.step.due_hours IS 'How long the step may take; null: as long as the whole';
UPDATE work.step SET due_hours = 4, due_unit = 'working' WHERE step = 'assign';

CREATE TABLE work.clock (
    ticket_id bigint PRIMARY KEY REFERENCES work.ticket,
    step_number integer NOT NULL DEFAULT 1,
    step_since timestamptz NOT NULL,
    step_due_at timestamptz,
    paused_at timestamptz,
    escalated text REFERENCES core.level,
    alarm_at timestamptz
);
CREATE INDEX clock_alarm ON work.clock (alarm_at) WHERE alarm_at IS NOT NULL;
COMMENT ON TABLE work.clock IS 'How the clocks of a ticket stand: its step''s, whether it is stopped, when to look again';
COMMENT ON COLUMN work.clock.step_number IS 'Which step this is since the ticket came, counted from 1; a return counts';
COMMENT ON COLUMN work.clock.paused_at IS 'Since when the clock stands still; null: it runs';
COMMENT ON COLUMN work.clock.alarm_at IS 'When the next reminder may be due; null: closed or stopped';

CREATE TABLE work.pause (
    pause_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    reason text NOT NULL,
    actor text,
    paused_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    resumed_at timestamptz,
    CONSTRAINT pause_ends_after_it_began CHECK (paused_at <= resumed_at)
);
CREATE UNIQUE INDEX a_clock_is_stopped_once ON work.pause (ticket_id) WHERE resumed_at IS NULL;
CREATE INDEX pause_ticket ON work.pause (ticket_id);
COMMENT ON TABLE work.pause IS 'When a ticket waited for its reporter: its clock stood still from-to';
ALTER TABLE work.pause ENABLE ROW LEVEL SECURITY;
CREATE POLICY pause_is_seen_with_its_ticket ON work.pause FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = pause.ticket_id));

CREATE TABLE work.reminder (
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_reminder_is_given_once PRIMARY KEY (ticket_id, kind)
);
COMMENT ON TABLE work.reminder IS 'What was said of a ticket''s clocks: each kind once, whoever comes first';

CREATE TABLE work.escalation (
    level text PRIMARY KEY REFERENCES core.level,
    after_hours integer NOT NULL CONSTRAINT hours_are_not_negative CHECK (after_hours >= 0),
    unit text NOT NULL DEFAULT 'calendar'
    CONSTRAINT unit_is_calendar_or_working CHECK (unit IN ('calendar', 'working'))
);
COMMENT ON TABLE work.escalation IS 'How long after its due time a ticket is told to which level';
INSERT INTO work.escalation (level, after_hours) VALUES ('community', 0), ('town', 24), ('district', 72);

CREATE FUNCTION work.first_alarm(
    received_at timestamptz, due_at timestamptz, step_since timestamptz, step_due_at timestamptz
) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
-- A first look, early rather than late: whoever looks then says what is due and when to look again.
BEGIN
    RETURN least(
        greatest(due_at - (SELECT d.due_soon FROM core.deployment AS d), received_at + (due_at - received_at) / 2),
        step_since + (step_due_at - step_since) / 2, step_due_at);
END $$;
COMMENT ON FUNCTION work.first_alarm(timestamptz, timestamptz, timestamptz, timestamptz) IS
'When should somebody look at the clocks of a ticket for the first time?';

CREATE FUNCTION work.start_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    step_due timestamptz;
BEGIN
    IF NEW.closed_at IS NULL THEN
        SELECT core.due_at(NEW.received_at, s.due_hours, s.due_unit) INTO step_due FROM work.step AS s
        WHERE s.workflow = NEW.workflow AND s.step = NEW.step AND s.due_hours IS NOT NULL;
    END IF;
    INSERT INTO work.clock (ticket_id, step_since, step_due_at, alarm_at)
    VALUES (NEW.ticket_id, NEW.received_at, step_due, CASE WHEN NEW.closed_at IS NULL
            THEN work.first_alarm(NEW.received_at, NEW.due_at, NEW.received_at, step_due) END);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.start_clock() IS 'Starts the clocks of a new ticket';
CREATE TRIGGER start_clock AFTER INSERT ON work.ticket FOR EACH ROW EXECUTE FUNCTION work.start_clock();

CREATE FUNCTION work.turn_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Another step has a clock of its own, which runs from now; a closed ticket has none, nor waits for anybody.
DECLARE
    moment timestamptz := clock_timestamp();
    since timestamptz;
BEGIN
    IF NEW.closed_at IS NOT NULL THEN
        UPDATE work.pause AS p SET resumed_at = moment WHERE p.ticket_id = NEW.ticket_id AND p.resumed_at IS NULL
        RETURNING p.paused_at INTO since;
        IF since IS NOT NULL THEN
            UPDATE work.ticket AS t SET due_at = core.move_due(t.due_at, t.due_unit, since, moment)
            WHERE t.ticket_id = NEW.ticket_id;
        END IF;
    END IF;
    IF NEW.step <> OLD.step THEN
        UPDATE work.clock AS c SET step_number = c.step_number + 1, step_since = moment,
               step_due_at = core.due_at(moment, s.due_hours, s.due_unit)
        FROM work.step AS s WHERE c.ticket_id = NEW.ticket_id AND s.workflow = NEW.workflow AND s.step = NEW.step;
    END IF;
    UPDATE work.clock AS c SET
        paused_at = CASE WHEN NEW.closed_at IS NULL THEN c.paused_at END,
        alarm_at = CASE WHEN NEW.closed_at IS NULL AND c.paused_at IS NULL
                        THEN work.first_alarm(NEW.received_at, NEW.due_at, c.step_since, c.step_due_at) END
    WHERE c.ticket_id = NEW.ticket_id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.turn_clock() IS 'Turns the clocks of a ticket to its new step, due time or end';
CREATE TRIGGER turn_clock AFTER UPDATE OF step, due_at, closed_at ON work.ticket
FOR EACH ROW EXECUTE FUNCTION work.turn_clock();

INSERT INTO work.clock (ticket_id, step_since, alarm_at)
SELECT
    t.ticket_id,
    t.received_at,
    CASE WHEN t.closed_at IS NULL THEN t.received_at END AS alarm_at
FROM work.ticket AS t;
