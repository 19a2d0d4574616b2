-- Where tickets stood and how, before that changed: only changes are kept, so whoever asks of now asks nothing of this.
CREATE TABLE work.former_path (
    former_path_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    path bigint [] NOT NULL,
    valid_to timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX former_path_ticket ON work.former_path (ticket_id, former_path_id);
CREATE INDEX former_path_valid ON work.former_path (valid_to);
CREATE INDEX former_path_recorded ON work.former_path (recorded_to);
COMMENT ON TABLE work.former_path IS
'On which areas a ticket stood before it came to others; append only. The last ones are its own path';
COMMENT ON COLUMN work.former_path.valid_to IS
'From when on it stands elsewhere: the date of the change set that it followed, which a correction has in the past';
COMMENT ON COLUMN work.former_path.recorded_to IS 'Until when this was believed';

CREATE TABLE work.former_state (
    former_state_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    closed_at timestamptz,
    due_at timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX former_state_ticket ON work.former_state (ticket_id, former_state_id);
CREATE INDEX former_state_recorded ON work.former_state (recorded_to);
COMMENT ON TABLE work.former_state IS
'When a ticket was closed before it was opened again, when it was due before that changed; append only';

CREATE FUNCTION work.former_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history only grows: where tickets stood cannot be changed or deleted';
END $$;
COMMENT ON FUNCTION work.former_append() IS 'Guard: where tickets stood is appended, never changed or deleted';
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_path
FOR EACH STATEMENT EXECUTE FUNCTION work.former_append();
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_state
FOR EACH STATEMENT EXECUTE FUNCTION work.former_append();

-- What history tells of the tickets that are here already. Until when they were due it does not.
INSERT INTO work.former_path (ticket_id, path, valid_to, recorded_to)
SELECT
    e.ticket_id,
    e.path,
    e.next_at AS valid_to,
    e.next_at AS recorded_to
FROM (
    SELECT
        x.ticket_id,
        x.event_id,
        x.path,
        lead(x.path, 1, t.path) OVER events AS next_path,
        lead(x.at, 1, clock_timestamp()) OVER events AS next_at
    FROM work.event AS x
    INNER JOIN work.ticket AS t ON x.ticket_id = t.ticket_id
    WINDOW events AS (PARTITION BY x.ticket_id ORDER BY x.event_id)
) AS e
WHERE e.path <> e.next_path
ORDER BY e.next_at, e.event_id;
INSERT INTO work.former_state (ticket_id, closed_at, due_at, recorded_to)
SELECT
    e.ticket_id,
    (e.detail ->> 'closed_at')::timestamptz,
    t.due_at,
    e.at
FROM work.event AS e
INNER JOIN work.ticket AS t ON e.ticket_id = t.ticket_id
WHERE e.action IN ('reopened', 'unmerged') AND e.detail ->> 'closed_at' IS NOT NULL
ORDER BY e.event_id;
DROP INDEX work.event_placing;

CREATE FUNCTION work.keep_path() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Whoever lets tickets follow a change set says for this transaction from when on the change set applies.
BEGIN
    INSERT INTO work.former_path (ticket_id, path, valid_to) VALUES (
        OLD.ticket_id, OLD.path,
        coalesce(nullif(current_setting('gisgrid.moved_from', true), '')::timestamptz, clock_timestamp()));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.keep_path() IS 'Whatever gives a ticket other areas, those that it had are kept';
CREATE TRIGGER keep_path AFTER UPDATE ON work.ticket
FOR EACH ROW WHEN (OLD.path <> NEW.path) EXECUTE FUNCTION work.keep_path();

CREATE FUNCTION work.keep_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO work.former_state (ticket_id, closed_at, due_at) VALUES (OLD.ticket_id, OLD.closed_at, OLD.due_at);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.keep_state() IS 'A ticket that is opened again, or due at another time, keeps how it was';
CREATE TRIGGER keep_state AFTER UPDATE ON work.ticket
FOR EACH ROW
WHEN (OLD.due_at <> NEW.due_at OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at))
EXECUTE FUNCTION work.keep_state();
