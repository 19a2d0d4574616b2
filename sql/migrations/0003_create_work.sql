-- Tickets: public facts and private rest apart, because row policies cannot hide columns.
CREATE SCHEMA work;
COMMENT ON SCHEMA work IS 'Tickets, their history, the outbox';

CREATE TABLE work.workflow (
    workflow text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE work.workflow IS 'A template of steps';
INSERT INTO work.workflow (workflow, name_zh, name_en) VALUES
('six_step', '六步骤闭环', 'six-step loop'),
('write_off', '销号式闭环', 'write-off loop');

CREATE TABLE work.step (
    workflow text NOT NULL REFERENCES work.workflow,
    step text NOT NULL,
    position smallint NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    is_first_routed boolean NOT NULL DEFAULT false,
    is_unrouted boolean NOT NULL DEFAULT false,
    closes boolean NOT NULL DEFAULT false,
    PRIMARY KEY (workflow, step)
);
COMMENT ON TABLE work.step IS 'The steps of a workflow; a routed report enters at is_first_routed, an unrouted one at is_unrouted';
INSERT INTO work.step
(workflow, step, position, name_zh, name_en, is_unrouted, is_first_routed, closes)
VALUES
('six_step', 'report', 1, '事件上报', 'report', false, false, false),
('six_step', 'assign', 2, '分流交办', 'assign', true, false, false),
('six_step', 'handle', 3, '服务处置', 'handle', false, true, false),
('six_step', 'inspect', 4, '检查监督', 'inspect', false, false, false),
('six_step', 'feedback', 5, '结果反馈', 'feedback', false, false, false),
('six_step', 'rate', 6, '党群评议', 'rate', false, false, true),
('write_off', 'discover', 1, '发现', 'discover', false, false, false),
('write_off', 'report', 2, '上报', 'report', false, false, false),
('write_off', 'assign', 3, '指派', 'assign', true, false, false),
('write_off', 'handle', 4, '处理', 'handle', false, true, false),
('write_off', 'supervise', 5, '督查', 'supervise', false, false, false),
('write_off', 'write_off', 6, '销号', 'write off', false, false, true);

CREATE TABLE work.transition (
    workflow text NOT NULL,
    from_step text NOT NULL,
    to_step text NOT NULL,
    roles text [] NOT NULL,
    PRIMARY KEY (workflow, from_step, to_step),
    FOREIGN KEY (workflow, from_step) REFERENCES work.step (workflow, step),
    FOREIGN KEY (workflow, to_step) REFERENCES work.step (workflow, step)
);
COMMENT ON TABLE work.transition IS 'Which step may follow which, and which roles may take it';
INSERT INTO work.transition (workflow, from_step, to_step, roles) VALUES
('six_step', 'report', 'assign', '{dispatcher,supervisor,admin}'),
('six_step', 'assign', 'handle', '{dispatcher,supervisor,admin}'),
('six_step', 'handle', 'inspect', '{worker,dispatcher,supervisor,department,admin}'),
('six_step', 'inspect', 'feedback', '{dispatcher,supervisor,admin}'),
('six_step', 'inspect', 'handle', '{dispatcher,supervisor,admin}'),
('six_step', 'feedback', 'rate', '{worker,dispatcher,supervisor,admin}'),
('write_off', 'discover', 'report', '{worker,dispatcher,supervisor,admin}'),
('write_off', 'report', 'assign', '{dispatcher,supervisor,admin}'),
('write_off', 'assign', 'handle', '{dispatcher,supervisor,admin}'),
('write_off', 'handle', 'supervise', '{worker,dispatcher,supervisor,department,admin}'),
('write_off', 'supervise', 'handle', '{dispatcher,supervisor,admin}'),
('write_off', 'supervise', 'write_off', '{supervisor,admin}');

CREATE TABLE work.category (
    category text PRIMARY KEY
    CONSTRAINT category_is_a_short_ascii_name CHECK (category ~ '^[a-z][a-z0-9_.-]{0,39}$'),
    parent text REFERENCES work.category,
    name_zh text NOT NULL CONSTRAINT category_name_zh_is_unique UNIQUE,
    name_en text NOT NULL,
    workflow text NOT NULL DEFAULT 'six_step' REFERENCES work.workflow,
    due_hours integer NOT NULL CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    public_place text NOT NULL DEFAULT 'point'
    CONSTRAINT public_place_is_point_or_grid CHECK (public_place IN ('point', 'grid'))
);
COMMENT ON TABLE work.category IS 'What a report can be about; how soon it is due, how exact its public place is';
INSERT INTO work.category (category, name_zh, name_en, due_hours, public_place) VALUES
('livelihood', '民生事项', 'livelihood', 72, 'point'),
('consultation', '政策咨询', 'policy question', 48, 'grid'),
('dispute', '矛盾纠纷', 'dispute', 120, 'grid'),
('hazard', '安全隐患', 'safety hazard', 24, 'point');

CREATE SEQUENCE work.ticket_id_seq;
CREATE TABLE work.ticket (
    ticket_id bigint PRIMARY KEY DEFAULT nextval('work.ticket_id_seq'),
    number text NOT NULL CONSTRAINT ticket_number_is_unique UNIQUE
    CONSTRAINT ticket_number_is_safe_in_a_url CHECK (number ~ '^[A-Za-z0-9._-]{1,64}$'),
    network text NOT NULL REFERENCES core.network,
    category text NOT NULL REFERENCES work.category,
    workflow text NOT NULL,
    step text NOT NULL,
    source text NOT NULL DEFAULT 'app',
    area_version_id bigint REFERENCES core.area_version,
    area_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    method text NOT NULL
    CONSTRAINT method_is_known CHECK (method IN ('inside', 'edge', 'nearest', 'none')),
    confidence double precision NOT NULL,
    geom geometry (Point, 4326),
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    FOREIGN KEY (workflow, step) REFERENCES work.step (workflow, step),
    CONSTRAINT grid_is_known_unless_method_is_none CHECK ((area_version_id IS NULL) = (method = 'none')),
    CONSTRAINT path_ends_in_the_area
    CHECK (path[1] = 0 AND path[cardinality(path)] = coalesce(area_id, 0))
);
ALTER SEQUENCE work.ticket_id_seq OWNED BY work.ticket.ticket_id;
CREATE INDEX ticket_geom_3857 ON work.ticket USING gist (geom_3857);
CREATE INDEX ticket_path ON work.ticket USING gin (path);
CREATE INDEX ticket_received ON work.ticket (received_at, ticket_id);
CREATE INDEX ticket_open_due ON work.ticket (due_at) WHERE closed_at IS NULL;
CREATE INDEX ticket_area ON work.ticket (area_id);
COMMENT ON TABLE work.ticket IS 'Public facts of a ticket, the same for everybody';
COMMENT ON COLUMN work.ticket.geom IS
'The public place: the point, or for a category of homes only its grid''s label point; none when that is unknown';
COMMENT ON COLUMN work.ticket.area_version_id IS 'The version of the grid by which it was assigned; null outside every grid';
COMMENT ON COLUMN work.ticket.area_id IS 'The area whose work list holds it: the grid, else the nearest area above';

CREATE TABLE work.ticket_private (
    ticket_id bigint PRIMARY KEY REFERENCES work.ticket,
    path bigint [] NOT NULL,
    department text,
    description text NOT NULL,
    contact_name text,
    contact_phone text,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    system text NOT NULL,
    accuracy_m double precision,
    geom geometry (Point, 4326) NOT NULL,
    post_id bigint REFERENCES core.post,
    external_id text
);
CREATE INDEX ticket_private_geom ON work.ticket_private USING gist (geom);
CREATE INDEX ticket_private_path ON work.ticket_private USING gin (path);
CREATE INDEX ticket_private_post ON work.ticket_private (post_id);
COMMENT ON TABLE work.ticket_private IS 'Words, contacts, exact point, raw coordinates, assignee: seen by scope only';

CREATE TABLE work.external_number (
    source text NOT NULL,
    external_id text NOT NULL,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    PRIMARY KEY (source, external_id)
);
COMMENT ON TABLE work.external_number IS 'Numbers of other systems; loading the same file twice makes no second ticket';

CREATE TABLE work.event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    path bigint [] NOT NULL,
    department text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    from_step text,
    to_step text,
    actor text,
    note text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX event_ticket ON work.event (ticket_id, event_id);
COMMENT ON TABLE work.event IS 'What happened to a ticket; events append';

CREATE FUNCTION work.events_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history only grows: events of tickets cannot be changed or deleted';
END $$;
COMMENT ON FUNCTION work.events_append() IS
'Guard: events of tickets are appended, never changed or deleted';
CREATE TRIGGER events_append BEFORE UPDATE OR DELETE OR TRUNCATE ON work.event
FOR EACH STATEMENT EXECUTE FUNCTION work.events_append();

CREATE TABLE work.client_ref (
    client text NOT NULL,
    client_ref text NOT NULL,
    body_sha256 bytea NOT NULL,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    answer jsonb NOT NULL,
    PRIMARY KEY (client, client_ref)
);
COMMENT ON TABLE work.client_ref IS 'Idempotency: the same key with the same body gives the same ticket again';

CREATE TABLE work.outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    delivered_at timestamptz
);
CREATE INDEX outbox_waiting ON work.outbox (outbox_id) WHERE delivered_at IS NULL;
COMMENT ON TABLE work.outbox IS 'Notices to be sent, written in the transaction that causes them';

CREATE FUNCTION work.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ticket', st_envelope(coalesce(NEW.geom, OLD.geom))
    WHERE coalesce(NEW.geom, OLD.geom) IS NOT NULL;
    IF TG_OP = 'UPDATE' AND NEW.geom IS DISTINCT FROM OLD.geom AND OLD.geom IS NOT NULL THEN
        INSERT INTO core.change (layer, box) VALUES ('ticket', st_envelope(OLD.geom));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.note_change() IS
'Notes in core.change where a ticket stands and stood, so that tiles of that place become fresh';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON work.ticket
FOR EACH ROW EXECUTE FUNCTION work.note_change();

ALTER TABLE work.ticket_private ENABLE ROW LEVEL SECURITY;
CREATE POLICY private_is_seen_in_scope ON work.ticket_private FOR SELECT
USING (path && (SELECT core.scope()) OR department = (SELECT core.scope_department()));
CREATE POLICY private_is_changed_in_scope ON work.ticket_private FOR UPDATE
USING (path && (SELECT core.scope()) OR department = (SELECT core.scope_department()));
CREATE POLICY private_is_taken_in ON work.ticket_private FOR INSERT WITH CHECK (true);

ALTER TABLE work.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_is_seen_in_scope ON work.event FOR SELECT
USING (path && (SELECT core.scope()) OR department = (SELECT core.scope_department()));
CREATE POLICY event_is_appended ON work.event FOR INSERT WITH CHECK (true);
