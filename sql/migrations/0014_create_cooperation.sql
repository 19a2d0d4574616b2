-- Who works with whom on a ticket: what a transition needs and does, departments called in, parts, duplicates. Long
-- because a schema is one file.

-- Transitions.
ALTER TABLE work.transition
ADD COLUMN kind text NOT NULL DEFAULT 'forward'
CONSTRAINT transition_kind_is_known CHECK (kind IN ('forward', 'return', 'reopen')),
ADD COLUMN needs text [] NOT NULL DEFAULT '{}'
CONSTRAINT transition_needs_are_known CHECK (needs <@ '{note,photo}'),
ADD COLUMN clock text CONSTRAINT transition_stops_or_starts_the_clock CHECK (clock IN ('stop', 'start'));
COMMENT ON COLUMN work.transition.kind IS
'forward; return: back to whoever had it before, and why; reopen: from a step that closes';
COMMENT ON COLUMN work.transition.needs IS 'What whoever takes it must give: a note, a photo taken in this step';
COMMENT ON COLUMN work.transition.clock IS
'stop: the clocks stand still once it is taken; start: they run again if they stood; null: they go on as they were';

UPDATE work.transition SET kind = 'return', needs = '{note}'
WHERE from_step IN ('inspect', 'supervise') AND to_step = 'handle';
INSERT INTO work.transition (workflow, from_step, to_step, roles, kind, needs, clock) VALUES
('six_step', 'handle', 'assign', '{worker,department,dispatcher,supervisor,admin}', 'return', '{note}', 'start'),
('six_step', 'rate', 'handle', '{dispatcher,supervisor,admin}', 'reopen', '{note}', NULL),
('write_off', 'handle', 'assign', '{worker,department,dispatcher,supervisor,admin}', 'return', '{note}', 'start'),
('write_off', 'write_off', 'handle', '{dispatcher,supervisor,admin}', 'reopen', '{note}', NULL);

CREATE FUNCTION work.check_workflow() RETURNS trigger LANGUAGE plpgsql AS $$
-- A template that a ticket could be lost in is refused when it is saved, at the end of the transaction.
DECLARE
    w text;
    wrong text;
BEGIN
    FOREACH w IN ARRAY ARRAY[coalesce(NEW.workflow, OLD.workflow), OLD.workflow] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM work.workflow AS f WHERE f.workflow = w);
        WITH RECURSIVE step AS (
            SELECT s.* FROM work.step AS s WHERE s.workflow = w
        ), arc AS (
            SELECT t.* FROM work.transition AS t WHERE t.workflow = w
        ), reached AS (
            SELECT s.step FROM step AS s WHERE s.is_first_routed OR s.is_unrouted
            UNION
            SELECT a.to_step FROM reached AS r JOIN arc AS a ON a.from_step = r.step
        ), ending AS (
            SELECT s.step FROM step AS s WHERE s.closes
            UNION
            SELECT a.from_step FROM ending AS e JOIN arc AS a ON a.to_step = e.step AND a.kind <> 'reopen'
        )
        SELECT CASE
            WHEN (SELECT count(*) FROM step AS s WHERE s.is_first_routed) <> 1
                THEN 'one step must be where a routed report begins'
            WHEN (SELECT count(*) FROM step AS s WHERE s.is_unrouted) <> 1
                THEN 'one step must be where a report waits for somebody'
            WHEN NOT EXISTS (SELECT FROM step AS s WHERE s.closes) THEN 'no step closes a ticket'
            WHEN EXISTS (SELECT FROM step AS s WHERE s.closes AND (s.is_first_routed OR s.is_unrouted))
                THEN 'a report cannot begin in a step that closes'
            WHEN NOT EXISTS (SELECT FROM arc AS a JOIN step AS f ON f.step = a.from_step AND f.is_unrouted
                             JOIN step AS t ON t.step = a.to_step AND t.is_first_routed)
                THEN 'no transition leads from where a report waits to where it is worked on'
            WHEN EXISTS (SELECT FROM arc AS a JOIN step AS s ON s.step = a.from_step
                         WHERE s.closes <> (a.kind = 'reopen'))
                THEN 'a transition is called reopen if and only if it leaves a step that closes'
            WHEN EXISTS (SELECT FROM arc AS a JOIN step AS s ON s.step = a.to_step
                         WHERE a.kind = 'reopen' AND NOT s.is_first_routed)
                THEN 'what is reopened begins where a routed report begins'
            WHEN EXISTS (SELECT FROM reached AS r WHERE r.step NOT IN (SELECT e.step FROM ending AS e))
                THEN 'from ' || (SELECT string_agg(r.step, ', ' ORDER BY r.step) FROM reached AS r
                                 WHERE r.step NOT IN (SELECT e.step FROM ending AS e)) || ' no step closes a ticket'
            WHEN EXISTS (SELECT FROM arc AS a, unnest(a.roles) AS r (role)
                         WHERE r.role <> 'reporter' AND r.role NOT IN (SELECT c.role FROM core.account_role AS c))
                THEN 'a transition names a role that nobody can have'
            WHEN EXISTS (SELECT FROM arc AS a WHERE a.roles = '{}') THEN 'a transition names nobody who may take it'
            END INTO wrong;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'workflow %: %', w, wrong USING ERRCODE = 'check_violation', HINT = 'correct the template';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.check_workflow() IS
'Guard: from every step that a ticket can reach a closing one can be reached; entries, reopenings and roles are sound';
CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.step
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work.check_workflow();
CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.transition
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION work.check_workflow();

-- Tickets that belong together, and whether the grid solved it by itself.
ALTER TABLE work.ticket
ADD COLUMN parent_id bigint REFERENCES work.ticket
CONSTRAINT ticket_is_not_its_own_parent CHECK (parent_id <> ticket_id),
ADD COLUMN duplicate_of bigint REFERENCES work.ticket
CONSTRAINT ticket_is_not_its_own_duplicate CHECK (duplicate_of <> ticket_id)
CONSTRAINT duplicate_is_closed CHECK (duplicate_of IS NULL OR closed_at IS NOT NULL),
ADD COLUMN solved_in_grid boolean;
COMMENT ON COLUMN work.ticket.parent_id IS 'The ticket of which this is a part; a part has no parts of its own';
COMMENT ON COLUMN work.ticket.duplicate_of IS 'The ticket that is about the same thing; this one is closed, in the step in which it was';
COMMENT ON COLUMN work.ticket.solved_in_grid IS
'问题解决不出网格: closed without ever having been with anybody above the grid; null: open, a duplicate, or not known';
CREATE INDEX ticket_parent ON work.ticket (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ticket_duplicate_of ON work.ticket (duplicate_of) WHERE duplicate_of IS NOT NULL;

ALTER TABLE work.ticket_private ADD COLUMN left_grid_at timestamptz;
COMMENT ON COLUMN work.ticket_private.left_grid_at IS
'When it was first with somebody who is not of its grid: a post above, a department';

CREATE FUNCTION work.note_leaving_grid() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.left_grid_at IS NULL AND (
        NEW.post_id IS NULL AND NEW.department IS NOT NULL
        OR EXISTS (SELECT FROM core.post AS p JOIN core.area AS a USING (area_id)
                   WHERE p.post_id = NEW.post_id AND a.level <> 'grid')) THEN
        NEW.left_grid_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION work.note_leaving_grid() IS 'Notes when a ticket is first with somebody who is not of a grid';
CREATE TRIGGER note_leaving_grid BEFORE INSERT OR UPDATE OF post_id, department ON work.ticket_private
FOR EACH ROW EXECUTE FUNCTION work.note_leaving_grid();

CREATE FUNCTION work.note_solving() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.solved_in_grid := CASE WHEN NEW.closed_at IS NOT NULL AND NEW.duplicate_of IS NULL THEN
        NEW.area_version_id IS NOT NULL AND EXISTS (
            SELECT FROM work.ticket_private AS p WHERE p.ticket_id = NEW.ticket_id AND p.left_grid_at IS NULL) END;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION work.note_solving() IS 'Notes of a ticket that closes whether its grid solved it by itself';
CREATE TRIGGER note_solving BEFORE UPDATE OF closed_at ON work.ticket
FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at) EXECUTE FUNCTION work.note_solving();

ALTER TABLE work.clock ADD COLUMN whole_since timestamptz;
COMMENT ON COLUMN work.clock.whole_since IS 'Since when the clock of the whole runs, if not since the ticket came: it was reopened then';

-- 吹哨报到: a town calls departments in, each with a clock of its own.
CREATE TABLE work.whistle (
    whistle_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    department text NOT NULL CONSTRAINT department_has_a_name CHECK (department ~ '\S'),
    note text,
    blown_by text,
    blown_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL,
    due_hours integer NOT NULL CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    due_unit text NOT NULL CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    reported_in_at timestamptz,
    done_at timestamptz,
    withdrawn_at timestamptz,
    result text,
    CONSTRAINT whistle_ends_once CHECK (done_at IS NULL OR withdrawn_at IS NULL),
    CONSTRAINT whoever_is_done_has_reported_in CHECK (done_at IS NULL OR reported_in_at IS NOT NULL)
);
CREATE UNIQUE INDEX a_department_is_called_once_at_a_time ON work.whistle (ticket_id, department)
WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX whistle_department ON work.whistle (department, ticket_id) WHERE withdrawn_at IS NULL;
COMMENT ON TABLE work.whistle IS '吹哨报到: a department that was called in to a ticket; it reports in, and is done by its own clock';

CREATE FUNCTION work.called_to() RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine text := core.scope_department();
BEGIN
    IF mine IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((
        SELECT array_agg(DISTINCT w.ticket_id) FROM work.whistle AS w
        WHERE w.department = mine AND w.withdrawn_at IS NULL), '{}');
END $$;
COMMENT ON FUNCTION work.called_to() IS
'The tickets to which the department was called on whose behalf this transaction asks; none for anybody else';

ALTER POLICY private_is_seen_in_scope ON work.ticket_private USING (
    path && (SELECT core.scope()) OR department = (SELECT core.scope_department())
    OR ticket_id = ANY((SELECT work.called_to())::bigint [])
);
ALTER POLICY event_is_seen_in_scope ON work.event USING (
    path && (SELECT core.scope()) OR department = (SELECT core.scope_department())
    OR ticket_id = ANY((SELECT work.called_to())::bigint [])
);
ALTER TABLE work.whistle ENABLE ROW LEVEL SECURITY;
CREATE POLICY whistle_is_seen_with_its_ticket ON work.whistle FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = whistle.ticket_id));

CREATE OR REPLACE FUNCTION work.turn_clock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- As before; the departments that were called in are not forgotten when the ticket's own clock turns.
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
                        THEN least(work.first_alarm(NEW.received_at, NEW.due_at, c.step_since, c.step_due_at), (
                            SELECT min(w.blown_at + (w.due_at - w.blown_at) / 2) FROM work.whistle AS w
                            WHERE w.ticket_id = NEW.ticket_id AND w.done_at IS NULL AND w.withdrawn_at IS NULL)) END
    WHERE c.ticket_id = NEW.ticket_id;
    RETURN NULL;
END $$;
