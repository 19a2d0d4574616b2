-- Areas, their versions on two time axes, lineage, changes, people, working time. Long because a schema is one file.

CREATE SCHEMA core;
COMMENT ON SCHEMA core IS 'Areas, versions, lineage, changes, people, scope';

CREATE TABLE core.level (
    level text PRIMARY KEY,
    rank smallint NOT NULL CONSTRAINT level_rank_is_unique UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    calls_departments boolean NOT NULL DEFAULT false
);
INSERT INTO core.level (level, rank, name_zh, name_en, calls_departments) VALUES
('district', 1, '区县', 'district', true),
('town', 2, '乡镇街道', 'town', true),
('community', 3, '社区(村)', 'community', false),
('grid', 4, '网格', 'grid', false);

CREATE TABLE core.area_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO core.area_kind (kind, name_zh, name_en) VALUES
('base', '基础网格', 'base grid'),
('special', '专属网格', 'special grid');

CREATE TABLE core.network (
    network text PRIMARY KEY
    CONSTRAINT network_is_a_short_ascii_name CHECK (network ~ '^[a-z][a-z0-9_-]{0,31}$'),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    scheme text NOT NULL
);

CREATE TABLE core.code_segment (
    network text NOT NULL REFERENCES core.network,
    position smallint NOT NULL,
    name text NOT NULL,
    level text NOT NULL REFERENCES core.level,
    width smallint NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    first_low bigint NOT NULL,
    first_high bigint NOT NULL,
    allowed text [] NOT NULL DEFAULT '{}',
    default_text text NOT NULL DEFAULT '',
    PRIMARY KEY (network, position)
);

CREATE SEQUENCE core.area_id_seq;
CREATE TABLE core.area (
    area_id bigint PRIMARY KEY DEFAULT nextval('core.area_id_seq'),
    network text NOT NULL REFERENCES core.network,
    code text COLLATE "C" NOT NULL,
    level text NOT NULL REFERENCES core.level,
    kind text NOT NULL DEFAULT 'base' REFERENCES core.area_kind,
    CONSTRAINT code_is_never_used_for_another_area UNIQUE (network, code),
    CONSTRAINT area_identity UNIQUE (area_id, network, code, level, kind),
    CONSTRAINT only_a_grid_can_be_special CHECK (kind = 'base' OR level = 'grid')
);
ALTER SEQUENCE core.area_id_seq OWNED BY core.area.area_id;

CREATE SEQUENCE core.area_version_id_seq;
CREATE TABLE core.area_version (
    area_version_id bigint PRIMARY KEY DEFAULT nextval('core.area_version_id_seq'),
    area_id bigint NOT NULL,
    network text NOT NULL,
    code text COLLATE "C" NOT NULL,
    level text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    parent_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    geom geometry (MultiPolygon, 4326) NOT NULL,
    geom_3857 geometry (MultiPolygon, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    label_point geometry (Point, 4326) NOT NULL,
    area_m2 double precision NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    recorded_from timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_to timestamptz NOT NULL DEFAULT 'infinity',
    changeset_id bigint,
    CONSTRAINT version_belongs_to_its_area
    FOREIGN KEY (area_id, network, code, level, kind)
    REFERENCES core.area (area_id, network, code, level, kind),
    CONSTRAINT valid_from_is_before_valid_to CHECK (valid_from < valid_to),
    CONSTRAINT recorded_from_is_before_recorded_to CHECK (recorded_from < recorded_to),
    CONSTRAINT path_ends_in_the_area CHECK (path[1] = 0 AND path[cardinality(path)] = area_id),
    CONSTRAINT shape_is_valid CHECK (st_isvalid(geom) AND NOT st_isempty(geom)),
    CONSTRAINT area_has_one_shape_at_an_instant EXCLUDE USING gist (
        area_id WITH =,
        tstzrange(valid_from, valid_to) WITH &&,
        tstzrange(recorded_from, recorded_to) WITH &&
    )
);
ALTER SEQUENCE core.area_version_id_seq OWNED BY core.area_version.area_version_id;
CREATE INDEX area_version_leaf_geom ON core.area_version USING gist (geom) WHERE level = 'grid';
CREATE INDEX area_version_geom ON core.area_version USING gist (geom);
-- With the size: a tile leaves out what is too small to see without fetching it.
CREATE INDEX area_version_geom_3857 ON core.area_version USING gist (geom_3857, area_m2);
CREATE INDEX area_version_code ON core.area_version (network, code);
CREATE INDEX area_version_parent ON core.area_version (parent_id);
CREATE INDEX area_version_path ON core.area_version USING gin (path);
CREATE INDEX area_version_special_geom ON core.area_version USING gist (geom) WHERE kind = 'special';

CREATE TABLE core.lineage (
    lineage_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changeset_id bigint NOT NULL,
    network text NOT NULL REFERENCES core.network,
    from_area_id bigint NOT NULL REFERENCES core.area,
    to_area_id bigint NOT NULL REFERENCES core.area,
    kind text NOT NULL
    CONSTRAINT lineage_kind_is_known CHECK (kind IN ('split', 'merge', 'reshape', 'renumber', 'recut')),
    from_share double precision NOT NULL,
    to_share double precision NOT NULL,
    valid_from timestamptz NOT NULL
);
CREATE INDEX lineage_from ON core.lineage (from_area_id);
CREATE INDEX lineage_to ON core.lineage (to_area_id);

CREATE TABLE core.alias (
    alias_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text NOT NULL,
    alias text COLLATE "C" NOT NULL
    CONSTRAINT alias_is_1_to_64_characters CHECK (char_length(alias) BETWEEN 1 AND 64),
    name text,
    area_id bigint NOT NULL REFERENCES core.area,
    share double precision NOT NULL
    CONSTRAINT share_is_0_to_1 CHECK (share > 0 AND share <= 1),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT valid_from_is_before_valid_to CHECK (valid_from < valid_to),
    CONSTRAINT area_has_one_alias_of_a_network_at_an_instant
    EXCLUDE USING gist (network WITH =, area_id WITH =, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX alias_alias ON core.alias (alias);
CREATE INDEX alias_area ON core.alias (area_id);

CREATE TABLE core.change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    box geometry (Geometry, 4326) NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    path bigint []
);
CREATE INDEX change_transaction ON core.change (transaction_id);

CREATE SEQUENCE core.person_id_seq;
CREATE TABLE core.person (
    person_id bigint PRIMARY KEY DEFAULT nextval('core.person_id_seq'),
    name text NOT NULL,
    phone text
);
ALTER SEQUENCE core.person_id_seq OWNED BY core.person.person_id;

CREATE TABLE core.post_role (
    role text PRIMARY KEY,
    rank smallint NOT NULL,
    takes_reports boolean NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    staffs_grids boolean NOT NULL DEFAULT false
);
INSERT INTO core.post_role (role, rank, takes_reports, name_zh, name_en, staffs_grids) VALUES
('worker', 1, true, '网格员', 'grid worker', true),
('head', 2, true, '网格长', 'grid head', true),
('centre', 3, true, '网格化管理中心', 'grid centre', false),
('instructor', 4, false, '网格指导员', 'grid instructor', true),
('party', 5, false, '党组织', 'party body', true),
('building_head', 6, false, '楼栋长', 'building head', false),
('unit_head', 7, false, '单元长', 'unit head', false);

CREATE SEQUENCE core.post_id_seq;
CREATE TABLE core.post (
    post_id bigint PRIMARY KEY DEFAULT nextval('core.post_id_seq'),
    area_id bigint NOT NULL REFERENCES core.area,
    path bigint [] NOT NULL,
    role text NOT NULL REFERENCES core.post_role,
    person_id bigint REFERENCES core.person,
    title text,
    department text,
    geom geometry (Point, 4326),
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    opened_by_changeset bigint,
    closed_by_changeset bigint,
    is_public boolean NOT NULL DEFAULT false,
    CONSTRAINT valid_from_is_before_valid_to CHECK (valid_from < valid_to)
);
ALTER SEQUENCE core.post_id_seq OWNED BY core.post.post_id;
CREATE INDEX post_area ON core.post (area_id, role);
CREATE INDEX post_path ON core.post USING gin (path);
CREATE INDEX post_geom ON core.post USING gist (geom);

CREATE TABLE core.account_role (
    role text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    post_roles text [] NOT NULL DEFAULT '{}',
    works_in text NOT NULL DEFAULT 'area'
    CONSTRAINT works_in_is_known CHECK (works_in IN ('area', 'department', 'district')),
    login_under text
);
INSERT INTO core.account_role (role, name_zh, name_en, post_roles, works_in, login_under) VALUES
('worker', '网格员', 'grid worker', '{worker,head}', 'area', NULL),
('dispatcher', '调度员', 'dispatcher', '{centre}', 'area', NULL),
('supervisor', '督查员', 'supervisor', '{centre}', 'area', NULL),
('department', '职能部门', 'department', '{}', 'department', NULL),
('editor', '边界编辑员', 'boundary editor', '{}', 'area', 'gisgrid_editor'),
('admin', '管理员', 'administrator', '{}', 'district', NULL);

CREATE TABLE core.action (
    action text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO core.action (action, name_zh, name_en) VALUES
('recategorise', '更改类别', 'say that a ticket is about something else'),
('move_place', '更改位置', 'say that a ticket lies elsewhere'),
('pause', '暂停与恢复计时', 'stop and start the clocks of a ticket'),
('tell', '告知上报人', 'tell the reporter something'),
('hand_over', '转办给岗位', 'hand a ticket over to a post'),
('hand_to_department', '转办给部门', 'hand a ticket over to a department'),
('pass_up', '提级', 'pass a ticket up'),
('whistle', '吹哨', 'call departments in to a ticket'),
('answer_whistle', '报到', 'report in for the own department'),
('tie', '关联与合并', 'tie tickets together, or say that they are the same'),
('draw_boundaries', '编辑并发布边界', 'draw and publish boundaries'),
('see_camera', '查看摄像头图层', 'see the layer of cameras'),
('see_device', '查看感知设备图层', 'see the layer of devices'),
('see_patrol', '查看巡查图层', 'see the layer of patrols');

CREATE TABLE core.permission (
    role text NOT NULL REFERENCES core.account_role,
    action text NOT NULL REFERENCES core.action,
    PRIMARY KEY (role, action)
);
INSERT INTO core.permission (role, action)
SELECT
    unnest(p.roles),
    p.action
FROM (VALUES
    ('recategorise', '{dispatcher,supervisor,admin}'::text []),
    ('move_place', '{dispatcher,supervisor,admin}'),
    ('pause', '{worker,department,dispatcher,supervisor,admin}'),
    ('tell', '{worker,department,dispatcher,supervisor,admin}'),
    ('hand_over', '{worker,dispatcher,supervisor,admin}'),
    ('hand_to_department', '{dispatcher,supervisor,admin}'),
    ('pass_up', '{worker,dispatcher,supervisor,admin}'),
    ('whistle', '{dispatcher,supervisor,admin}'),
    ('answer_whistle', '{department}'),
    ('tie', '{dispatcher,supervisor,admin}'),
    ('draw_boundaries', '{editor,admin}'),
    ('see_camera', '{worker,department,dispatcher,supervisor,editor,admin}'),
    ('see_device', '{worker,department,dispatcher,supervisor,editor,admin}'),
    ('see_patrol', '{worker,dispatcher,supervisor,editor,admin}')
) AS p (action, roles);

CREATE TABLE core.account (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT account_name_is_unique UNIQUE
    CONSTRAINT account_name_is_plain CHECK (name ~ '^[a-z][a-z0-9_.-]{1,39}$'),
    secret_sha256 bytea NOT NULL,
    role text NOT NULL REFERENCES core.account_role,
    area_id bigint REFERENCES core.area,
    department text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    person_id bigint REFERENCES core.person
);

CREATE TABLE core.session (
    token_sha256 bytea PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES core.account,
    expires_at timestamptz NOT NULL
);

CREATE TABLE core.server_key (
    purpose text PRIMARY KEY,
    key bytea NOT NULL
);

CREATE TABLE core.login_scope (
    login text PRIMARY KEY,
    role text NOT NULL REFERENCES core.account_role,
    area_id bigint REFERENCES core.area,
    verifier text
);

CREATE TABLE core.shift (
    shift text PRIMARY KEY CONSTRAINT shift_has_a_name CHECK (shift ~ '\S' AND length(shift) <= 40),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    starts time NOT NULL,
    ends time NOT NULL,
    CONSTRAINT shift_begins_and_ends_apart CHECK (starts <> ends)
);
INSERT INTO core.shift (shift, name_zh, name_en, starts, ends) VALUES
('early', '早班', 'early shift', '08:00', '16:00'),
('late', '中班', 'late shift', '16:00', '24:00'),
('night', '夜班', 'night shift', '00:00', '08:00');

CREATE SEQUENCE core.roster_id_seq;
CREATE TABLE core.roster (
    roster_id bigint PRIMARY KEY DEFAULT nextval('core.roster_id_seq'),
    post_id bigint NOT NULL REFERENCES core.post ON DELETE CASCADE,
    shift text NOT NULL REFERENCES core.shift,
    valid_from date NOT NULL,
    valid_to date NOT NULL DEFAULT 'infinity',
    every_days smallint NOT NULL DEFAULT 1 CONSTRAINT a_cycle_has_days CHECK (every_days BETWEEN 1 AND 366),
    weekdays smallint [] CONSTRAINT weekdays_are_1_to_7
    CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    CONSTRAINT roster_begins_before_it_ends CHECK (valid_from < valid_to),
    CONSTRAINT a_post_is_rostered_once_from_a_day UNIQUE (post_id, valid_from, shift)
);
ALTER SEQUENCE core.roster_id_seq OWNED BY core.roster.roster_id;

CREATE TABLE core.work_hours (
    starts time PRIMARY KEY,
    ends time NOT NULL,
    CONSTRAINT work_begins_before_it_ends CHECK (starts < ends),
    CONSTRAINT work_hours_must_not_overlap EXCLUDE USING gist (
        int4range(extract(EPOCH FROM starts)::integer, extract(EPOCH FROM ends)::integer) WITH &&
    )
);
INSERT INTO core.work_hours (starts, ends) VALUES ('09:00', '12:00'), ('14:00', '18:00');

CREATE TABLE core.calendar_day (
    date date PRIMARY KEY,
    is_working boolean NOT NULL,
    name text,
    source text NOT NULL CONSTRAINT day_source_is_known CHECK (source IN ('weekday', 'library', 'local'))
);
-- Until a calendar is kept: Monday to Friday.
INSERT INTO core.calendar_day (date, is_working, source)
SELECT g.day::date, extract(ISODOW FROM g.day) < 6, 'weekday'
FROM generate_series('2015-01-01'::timestamp, '2035-12-31'::timestamp, '1 day') AS g (day);

CREATE TABLE core.work_span (
    starts timestamptz PRIMARY KEY,
    ends timestamptz NOT NULL,
    before_us bigint NOT NULL CONSTRAINT work_span_follows_another UNIQUE,
    length_us bigint NOT NULL
);

CREATE TABLE core.deployment (
    only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_deployment CHECK (only_one),
    sample_loaded boolean,
    zone text NOT NULL DEFAULT 'Asia/Shanghai',
    due_soon interval NOT NULL DEFAULT '24:00',
    calendar text
);
INSERT INTO core.deployment DEFAULT VALUES;

-- Working time of those days and hours; later app.refresh_work_span keeps it.
INSERT INTO core.work_span (starts, ends, before_us, length_us)
SELECT
    s.starts,
    s.ends,
    sum(s.length_us) OVER (ORDER BY s.starts) - s.length_us,
    s.length_us
FROM (
    SELECT
        (d.date + h.starts) AT TIME ZONE z.zone AS starts,
        (d.date + h.ends) AT TIME ZONE z.zone AS ends,
        (extract(EPOCH FROM h.ends - h.starts) * 1000000)::bigint AS length_us
    FROM core.calendar_day AS d
    CROSS JOIN core.work_hours AS h
    CROSS JOIN core.deployment AS z
    WHERE d.is_working
) AS s;
