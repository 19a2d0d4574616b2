-- Tickets: public facts and private rest apart, because row policies cannot hide columns. Long because a schema is one
-- file.

CREATE SCHEMA work;
COMMENT ON SCHEMA work IS 'Tickets, their history, the outbox';

CREATE TABLE work.workflow (
    workflow text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
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
    due_hours integer CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    due_unit text NOT NULL DEFAULT 'calendar'
    CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    PRIMARY KEY (workflow, step)
);
INSERT INTO work.step
(workflow, step, position, name_zh, name_en, is_unrouted, is_first_routed, closes, due_hours, due_unit)
VALUES
('six_step', 'report', 1, '事件上报', 'report', false, false, false, NULL, 'calendar'),
('six_step', 'assign', 2, '分流交办', 'assign', true, false, false, 4, 'working'),
('six_step', 'handle', 3, '服务处置', 'handle', false, true, false, NULL, 'calendar'),
('six_step', 'inspect', 4, '检查监督', 'inspect', false, false, false, NULL, 'calendar'),
('six_step', 'feedback', 5, '结果反馈', 'feedback', false, false, false, NULL, 'calendar'),
('six_step', 'rate', 6, '党群评议', 'rate', false, false, true, NULL, 'calendar'),
('write_off', 'discover', 1, '发现', 'discover', false, false, false, NULL, 'calendar'),
('write_off', 'report', 2, '上报', 'report', false, false, false, NULL, 'calendar'),
('write_off', 'assign', 3, '指派', 'assign', true, false, false, 4, 'working'),
('write_off', 'handle', 4, '处理', 'handle', false, true, false, NULL, 'calendar'),
('write_off', 'supervise', 5, '督查', 'supervise', false, false, false, NULL, 'calendar'),
('write_off', 'write_off', 6, '销号', 'write off', false, false, true, NULL, 'calendar');

CREATE TABLE work.transition (
    workflow text NOT NULL,
    from_step text NOT NULL,
    to_step text NOT NULL,
    roles text [] NOT NULL,
    kind text NOT NULL DEFAULT 'forward'
    CONSTRAINT transition_kind_is_known CHECK (kind IN ('forward', 'return', 'reopen')),
    needs text [] NOT NULL DEFAULT '{}'
    CONSTRAINT transition_needs_are_known CHECK (needs <@ '{note,photo}'),
    clock text CONSTRAINT transition_stops_or_starts_the_clock CHECK (clock IN ('stop', 'start')),
    PRIMARY KEY (workflow, from_step, to_step),
    FOREIGN KEY (workflow, from_step) REFERENCES work.step (workflow, step),
    FOREIGN KEY (workflow, to_step) REFERENCES work.step (workflow, step)
);
INSERT INTO work.transition (workflow, from_step, to_step, roles, kind, needs, clock) VALUES
('six_step', 'report', 'assign', '{dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('six_step', 'assign', 'handle', '{dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('six_step', 'handle', 'inspect', '{worker,dispatcher,supervisor,department,admin}', 'forward', '{}', NULL),
('six_step', 'inspect', 'feedback', '{dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('six_step', 'inspect', 'handle', '{dispatcher,supervisor,admin}', 'return', '{note}', NULL),
('six_step', 'feedback', 'rate', '{worker,dispatcher,supervisor,admin,reporter}', 'forward', '{}', NULL),
('write_off', 'discover', 'report', '{worker,dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('write_off', 'report', 'assign', '{dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('write_off', 'assign', 'handle', '{dispatcher,supervisor,admin}', 'forward', '{}', NULL),
('write_off', 'handle', 'supervise', '{worker,dispatcher,supervisor,department,admin}', 'forward', '{}', NULL),
('write_off', 'supervise', 'handle', '{dispatcher,supervisor,admin}', 'return', '{note}', NULL),
('write_off', 'supervise', 'write_off', '{supervisor,admin}', 'forward', '{}', NULL),
('six_step', 'handle', 'assign', '{worker,department,dispatcher,supervisor,admin}', 'return', '{note}', 'start'),
('six_step', 'rate', 'handle', '{dispatcher,supervisor,admin}', 'reopen', '{note}', NULL),
('write_off', 'handle', 'assign', '{worker,department,dispatcher,supervisor,admin}', 'return', '{note}', 'start'),
('write_off', 'write_off', 'handle', '{dispatcher,supervisor,admin}', 'reopen', '{note}', NULL);

CREATE TABLE work.category (
    category text PRIMARY KEY
    CONSTRAINT category_is_a_short_ascii_name CHECK (category ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
    parent text REFERENCES work.category,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    workflow text NOT NULL DEFAULT 'six_step' REFERENCES work.workflow,
    due_hours integer NOT NULL CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    public_place text NOT NULL DEFAULT 'point'
    CONSTRAINT public_place_is_point_or_grid CHECK (public_place IN ('point', 'grid')),
    due_unit text NOT NULL DEFAULT 'calendar'
    CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    retired_at timestamptz,
    path text [] NOT NULL DEFAULT '{}',
    CONSTRAINT category_name_zh_is_unique_under_its_parent UNIQUE NULLS NOT DISTINCT (parent, name_zh)
);
CREATE INDEX category_parent ON work.category (parent);
INSERT INTO work.category (category, name_zh, name_en, due_hours, public_place, path) VALUES
('livelihood', '民生事项', 'livelihood', 72, 'point', '{"",livelihood}'),
('consultation', '政策咨询', 'policy question', 48, 'grid', '{"",consultation}'),
('dispute', '矛盾纠纷', 'dispute', 120, 'grid', '{"",dispute}'),
('hazard', '安全隐患', 'safety hazard', 24, 'point', '{"",hazard}');

CREATE TABLE work.source (
    source text PRIMARY KEY
    CONSTRAINT source_is_a_short_ascii_name CHECK (source ~ '^[a-z][a-z0-9_-]{0,31}$'),
    position smallint NOT NULL CONSTRAINT source_position_is_unique UNIQUE,
    said_by text NOT NULL
    CONSTRAINT said_by_is_known CHECK (said_by IN ('anybody', 'signed_in', 'nobody')),
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO work.source (source, position, said_by, name_zh, name_en) VALUES
('app', 1, 'anybody', '网页上报', 'web page'),
('scan', 2, 'anybody', '扫码上报', 'QR code'),
('wechat', 3, 'anybody', '微信小程序', 'WeChat mini-program'),
('patrol', 4, 'signed_in', '巡查发现', 'patrol'),
('building', 5, 'signed_in', '楼栋长代报', 'building head'),
('hotline', 6, 'signed_in', '热线电话', 'hotline'),
('chat', 7, 'signed_in', '群聊转报', 'chat group'),
('visit', 8, 'signed_in', '来访', 'visit'),
('camera', 9, 'signed_in', '视频发现', 'camera'),
('device', 10, 'nobody', '设备告警', 'device'),
('open311', 11, 'nobody', 'Open311 接口', 'Open311'),
('load', 12, 'nobody', '历史导入', 'loaded history');

CREATE TABLE work.rule (
    rule text PRIMARY KEY
    CONSTRAINT rule_has_a_name CHECK (rule ~ '\S' AND length(rule) <= 80)
    CONSTRAINT rule_is_not_called_as_its_absence CHECK (rule NOT IN ('post on duty', 'nobody on duty')),
    category text REFERENCES work.category,
    area_id bigint REFERENCES core.area,
    kind text REFERENCES core.area_kind,
    days text CONSTRAINT days_are_known CHECK (days IN ('working', 'rest', 'weekend', 'holiday')),
    weekdays smallint [] CONSTRAINT weekdays_are_1_to_7
    CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    starts time,
    ends time,
    shift text REFERENCES core.shift,
    role text REFERENCES core.post_role,
    department text CONSTRAINT department_has_a_name CHECK (department ~ '\S'),
    person_id bigint REFERENCES core.person,
    priority smallint CONSTRAINT priority_is_1_to_5 CHECK (priority BETWEEN 1 AND 5),
    due_hours integer CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    due_unit text CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    note text,
    category_key text NOT NULL GENERATED ALWAYS AS (coalesce(category, '')) STORED,
    area_key bigint NOT NULL GENERATED ALWAYS AS (coalesce(area_id, 0)) STORED,
    day_kinds text [],
    seconds int4multirange,
    specificity integer [] NOT NULL,
    CONSTRAINT rule_names_one_target CHECK (num_nonnulls(role, department, person_id) = 1),
    CONSTRAINT rule_says_both_ends_of_its_hours CHECK ((starts IS NULL) = (ends IS NULL) AND starts <> ends),
    CONSTRAINT rule_says_hours_or_a_shift CHECK (starts IS NULL OR shift IS NULL),
    CONSTRAINT rule_says_due_hours_and_their_unit CHECK ((due_hours IS NULL) = (due_unit IS NULL))
);
CREATE INDEX rule_looked_up ON work.rule (category_key, area_key);

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
    CONSTRAINT method_is_known CHECK (method IN ('inside', 'edge', 'nearest', 'code', 'none')),
    confidence double precision NOT NULL,
    geom geometry (Point, 4326),
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    priority smallint NOT NULL DEFAULT 3 CONSTRAINT priority_is_1_to_5 CHECK (priority BETWEEN 1 AND 5),
    due_hours integer,
    due_unit text NOT NULL DEFAULT 'calendar'
    CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    parent_id bigint REFERENCES work.ticket
    CONSTRAINT ticket_is_not_its_own_parent CHECK (parent_id <> ticket_id),
    duplicate_of bigint REFERENCES work.ticket
    CONSTRAINT ticket_is_not_its_own_duplicate CHECK (duplicate_of <> ticket_id)
    CONSTRAINT duplicate_is_closed CHECK (duplicate_of IS NULL OR closed_at IS NOT NULL),
    solved_in_grid boolean,
    FOREIGN KEY (workflow, step) REFERENCES work.step (workflow, step),
    CONSTRAINT grid_is_known_where_the_point_is_in_one CHECK (
        CASE method
            WHEN 'code' THEN true
            WHEN 'none' THEN area_version_id IS NULL
            ELSE area_version_id IS NOT NULL
        END
    ),
    CONSTRAINT path_ends_in_the_area
    CHECK (path[1] = 0 AND path[cardinality(path)] = coalesce(area_id, 0))
);
ALTER SEQUENCE work.ticket_id_seq OWNED BY work.ticket.ticket_id;
CREATE INDEX ticket_geom_3857 ON work.ticket USING gist (geom_3857);
CREATE INDEX ticket_path ON work.ticket USING gin (path);
CREATE INDEX ticket_received ON work.ticket (received_at, ticket_id);
CREATE INDEX ticket_area ON work.ticket (area_id);
CREATE INDEX ticket_category ON work.ticket (category);
CREATE INDEX ticket_parent ON work.ticket (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX ticket_duplicate_of ON work.ticket (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX ticket_open_due ON work.ticket (due_at, ticket_id) WHERE closed_at IS NULL;
CREATE INDEX ticket_open_no_grid ON work.ticket (due_at, ticket_id)
WHERE closed_at IS NULL AND area_version_id IS NULL;
CREATE INDEX ticket_open_near_edge ON work.ticket (due_at, ticket_id)
WHERE closed_at IS NULL AND (method IN ('edge', 'nearest') OR confidence < 1);

CREATE TABLE work.ticket_private (
    ticket_id bigint PRIMARY KEY REFERENCES work.ticket,
    path bigint [] NOT NULL,
    department text,
    description text NOT NULL,
    contact_name text,
    contact_phone text,
    lon double precision,
    lat double precision,
    system text,
    accuracy_m double precision,
    geom geometry (Point, 4326),
    post_id bigint REFERENCES core.post,
    external_id text,
    left_grid_at timestamptz,
    named_area_id bigint REFERENCES core.area,
    device_id bigint,
    CONSTRAINT a_point_is_known_altogether_or_not CHECK (num_nonnulls(lon, lat, system, geom) IN (0, 4)),
    CONSTRAINT a_point_or_an_area_was_said_not_both CHECK (geom IS NULL OR named_area_id IS NULL)
);
CREATE INDEX ticket_private_geom ON work.ticket_private USING gist (geom);
CREATE INDEX ticket_private_path ON work.ticket_private USING gin (path);
CREATE INDEX ticket_private_post ON work.ticket_private (post_id);
-- Whose contact is still kept: what is erased so long after closing is looked for here.
CREATE INDEX ticket_private_contact ON work.ticket_private (ticket_id)
WHERE contact_name IS NOT NULL OR contact_phone IS NOT NULL;
CREATE INDEX ticket_private_named_area ON work.ticket_private (named_area_id) WHERE named_area_id IS NOT NULL;
CREATE INDEX ticket_private_without_point ON work.ticket_private (ticket_id) WHERE geom IS NULL;
CREATE INDEX ticket_private_device ON work.ticket_private (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ticket_private_department ON work.ticket_private (department) WHERE department IS NOT NULL;

CREATE TABLE work.external_number (
    source text NOT NULL,
    external_id text NOT NULL,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    PRIMARY KEY (source, external_id)
);

CREATE TABLE work.client_ref (
    client text NOT NULL,
    client_ref text NOT NULL,
    body_sha256 bytea NOT NULL,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    answer jsonb NOT NULL,
    PRIMARY KEY (client, client_ref)
);

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

CREATE TABLE work.former_state (
    former_state_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    closed_at timestamptz,
    due_at timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX former_state_ticket ON work.former_state (ticket_id, former_state_id);
CREATE INDEX former_state_recorded ON work.former_state (recorded_to);

CREATE TABLE work.clock (
    ticket_id bigint PRIMARY KEY REFERENCES work.ticket,
    step_number integer NOT NULL DEFAULT 1,
    step_since timestamptz NOT NULL,
    step_due_at timestamptz,
    paused_at timestamptz,
    escalated text REFERENCES core.level,
    remind_at timestamptz,
    whole_since timestamptz
);
CREATE INDEX clock_reminder ON work.clock (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX clock_paused ON work.clock (ticket_id) WHERE paused_at IS NOT NULL;

CREATE TABLE work.pause (
    pause_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    reason text NOT NULL,
    actor text,
    paused_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    resumed_at timestamptz,
    CONSTRAINT pause_ends_after_it_began CHECK (paused_at <= resumed_at)
);
CREATE INDEX pause_ticket ON work.pause (ticket_id);
CREATE UNIQUE INDEX a_clock_is_stopped_once ON work.pause (ticket_id) WHERE resumed_at IS NULL;

CREATE TABLE work.reminder (
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_reminder_is_given_once PRIMARY KEY (ticket_id, kind)
);

CREATE TABLE work.escalation (
    level text PRIMARY KEY REFERENCES core.level,
    after_hours integer NOT NULL CONSTRAINT hours_are_not_negative CHECK (after_hours >= 0),
    unit text NOT NULL DEFAULT 'calendar'
    CONSTRAINT unit_is_calendar_or_working CHECK (unit IN ('calendar', 'working'))
);
INSERT INTO work.escalation (level, after_hours) VALUES ('community', 0), ('town', 24), ('district', 72);

CREATE TABLE work.photo (
    photo_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    kind text NOT NULL CONSTRAINT kind_is_report_or_work CHECK (kind IN ('report', 'work')),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text,
    name text NOT NULL CONSTRAINT photo_name_is_unique UNIQUE
    CONSTRAINT photo_name_is_made_by_the_server CHECK (name ~ '^[0-9a-f]{32}$'),
    sha256 bytea NOT NULL CONSTRAINT sha256_has_32_bytes CHECK (length(sha256) = 32),
    width integer NOT NULL,
    height integer NOT NULL,
    bytes integer NOT NULL,
    media_type text NOT NULL DEFAULT 'image/jpeg',
    CONSTRAINT photo_has_a_size CHECK (width > 0 AND height > 0 AND bytes > 0),
    CONSTRAINT a_photo_is_kept_once UNIQUE (ticket_id, kind, sha256)
);

CREATE TABLE work.rating (
    rating_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    rater text NOT NULL CONSTRAINT rater_is_known CHECK (rater IN ('reporter')),
    score smallint NOT NULL CONSTRAINT score_is_1_to_5 CHECK (score BETWEEN 1 AND 5),
    words text,
    rated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_rater_rates_a_ticket_once UNIQUE (ticket_id, rater)
);

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
CREATE INDEX whistle_department ON work.whistle (department, ticket_id) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX a_department_is_called_once_at_a_time ON work.whistle (ticket_id, department)
WHERE done_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE work.outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT notice_id_is_unique UNIQUE,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    facts jsonb,
    left_path bigint []
);

CREATE TABLE work.target_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    pace interval NOT NULL DEFAULT '0',
    needs_secret boolean NOT NULL DEFAULT false,
    CONSTRAINT pace_is_not_negative CHECK (pace >= interval '0')
);
INSERT INTO work.target_kind (kind, name_zh, name_en, pace, needs_secret) VALUES
('webhook', 'Webhook 接口', 'webhook', '0', true),
('dingtalk', '钉钉群机器人', 'robot of a DingTalk group', '3 s', false),
('wecom', '企业微信群机器人', 'robot of a WeCom group', '3 s', false),
('email', '电子邮件', 'e-mail', '0', false);

CREATE SEQUENCE work.target_id_seq;
CREATE TABLE work.target (
    target_id bigint PRIMARY KEY DEFAULT nextval('work.target_id_seq'),
    name text NOT NULL CONSTRAINT target_name_is_unique UNIQUE
    CONSTRAINT target_name_is_plain CHECK (name ~ '^[a-z][a-z0-9_.-]{1,39}$'),
    kind text NOT NULL REFERENCES work.target_kind,
    address text NOT NULL,
    secret text,
    topics text [] NOT NULL DEFAULT '{}',
    area_id bigint REFERENCES core.area,
    category text REFERENCES work.category,
    has_words boolean NOT NULL DEFAULT false,
    may_be_private boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    failures integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT words_are_told_of_an_area_only CHECK (NOT has_words OR area_id IS NOT NULL)
);
ALTER SEQUENCE work.target_id_seq OWNED BY work.target.target_id;

CREATE TABLE work.delivery (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_id bigint NOT NULL REFERENCES work.outbox,
    target_id bigint NOT NULL REFERENCES work.target ON DELETE CASCADE,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    tried_at timestamptz,
    delivered_at timestamptz,
    parked_at timestamptz,
    said text,
    CONSTRAINT a_notice_goes_to_a_target_once UNIQUE (outbox_id, target_id),
    CONSTRAINT a_parked_notice_is_not_delivered CHECK (delivered_at IS NULL OR parked_at IS NULL)
);
CREATE INDEX delivery_waiting ON work.delivery (target_id, next_at, delivery_id)
WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX delivery_order ON work.delivery (target_id, ticket_id, delivery_id)
WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX delivery_parked ON work.delivery (target_id, parked_at) WHERE parked_at IS NOT NULL;
