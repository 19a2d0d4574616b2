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
COMMENT ON TABLE core.level IS 'Value list: the levels of areas, the top one first; the last one is the leaf level';
COMMENT ON COLUMN core.level.calls_departments IS '吹哨: may accounts of this level call departments in to a ticket?';
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
COMMENT ON TABLE core.area_kind IS 'Value list: a special grid stands over base grids and comes first';
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
COMMENT ON TABLE core.network IS 'A set of areas that covers the ground once: the base grid, or a department''s own';

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
COMMENT ON TABLE core.code_segment IS
'The grammar of a network''s codes, segment by segment, as its scheme says; no rows: any text, no tree';
COMMENT ON COLUMN core.code_segment.level IS 'The segment stands in the codes of this level and of those below it';
COMMENT ON COLUMN core.code_segment.first_low IS 'New numbers are taken from first_low to first_high';

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
COMMENT ON TABLE core.area IS 'What a code names, for ever: a code is never reused for another area';

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
COMMENT ON TABLE core.area_version IS
'One shape of one area: valid from-to in the world, recorded from-to in our knowledge; history only grows';
COMMENT ON COLUMN core.area_version.path IS 'area_id of every area above and of itself, from the top; begins with 0, the whole';
COMMENT ON COLUMN core.area_version.label_point IS 'A point inside the shape, as far from its edge as may be';
COMMENT ON COLUMN core.area_version.area_m2 IS 'Geodesic area, square metres';

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
COMMENT ON TABLE core.lineage IS
'Which old areas became which new ones: share of the old one''s ground that went, share of the new one''s that came';

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
COMMENT ON TABLE core.alias IS
'What a department calls an area of another network, from-to: its own code, still looked up; one may name several';
COMMENT ON COLUMN core.alias.network IS 'Whose code it is: the department''s network';
COMMENT ON COLUMN core.alias.share IS 'Share of the area''s ground that was the alias''s when it was noted';

CREATE TABLE core.change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    box geometry (Geometry, 4326) NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    path bigint []
);
CREATE INDEX change_transaction ON core.change (transaction_id);
COMMENT ON TABLE core.change IS 'What changed, where: read below the snapshot''s xmin, so that no late commit is missed';
COMMENT ON COLUMN core.change.path IS 'The areas above what changed, from the top; null: a fact, which is everybody''s';

CREATE SEQUENCE core.person_id_seq;
CREATE TABLE core.person (
    person_id bigint PRIMARY KEY DEFAULT nextval('core.person_id_seq'),
    name text NOT NULL,
    phone text
);
ALTER SEQUENCE core.person_id_seq OWNED BY core.person.person_id;
COMMENT ON TABLE core.person IS 'Who can hold a post; seen by scope of the posts held';

CREATE TABLE core.post_role (
    role text PRIMARY KEY,
    rank smallint NOT NULL,
    takes_reports boolean NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE core.post_role IS 'Value list: 1+1+1+N and below; of one area the lowest rank on duty takes a report';
INSERT INTO core.post_role (role, rank, takes_reports, name_zh, name_en) VALUES
('worker', 1, true, '网格员', 'grid worker'),
('head', 2, true, '网格长', 'grid head'),
('centre', 3, true, '网格化管理中心', 'grid centre'),
('instructor', 4, false, '网格指导员', 'grid instructor'),
('party', 5, false, '党组织', 'party body'),
('building_head', 6, false, '楼栋长', 'building head'),
('unit_head', 7, false, '单元长', 'unit head');

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
COMMENT ON TABLE core.post IS 'A person in a role on an area, from-to';
COMMENT ON COLUMN core.post.opened_by_changeset IS 'The change set that handed the post over to this area, if one did';
COMMENT ON COLUMN core.post.closed_by_changeset IS 'The change set that ended the post with its area, if one did';
COMMENT ON COLUMN core.post.is_public IS 'May everybody read the name and telephone number of whoever holds it?';

CREATE TABLE core.account_role (
    role text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    post_roles text [] NOT NULL DEFAULT '{}',
    works_in text NOT NULL DEFAULT 'area'
    CONSTRAINT works_in_is_known CHECK (works_in IN ('area', 'department', 'district')),
    login_under text
);
COMMENT ON TABLE core.account_role IS 'Value list: the roles of people who sign in';
COMMENT ON COLUMN core.account_role.post_roles IS
'Whose posts on its own area are meant by mine, for an account that is bound to no person';
COMMENT ON COLUMN core.account_role.works_in IS
'What an account of this role is for: an area, a department anywhere, or (district) the whole where no area is named';
COMMENT ON COLUMN core.account_role.login_under IS
'The group under which an account of this role gets a database login as well; null: it gets none';
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
COMMENT ON TABLE core.action IS 'Value list: what an account may be allowed to do, whatever its area';
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
('draw_boundaries', '编辑并发布边界', 'draw and publish boundaries');

CREATE TABLE core.permission (
    role text NOT NULL REFERENCES core.account_role,
    action text NOT NULL REFERENCES core.action,
    PRIMARY KEY (role, action)
);
COMMENT ON TABLE core.permission IS 'Which role may do what: the one place; app.may reads it, the API tells it as may';
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
    ('draw_boundaries', '{editor,admin}')
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
COMMENT ON TABLE core.account IS 'Who can sign in, in which role, for which area; of the secret only its SHA-256';
COMMENT ON COLUMN core.account.person_id IS
'Whose account this is: the posts of this person are his; null: those in the role on the account''s area';

CREATE TABLE core.session (
    token_sha256 bytea PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES core.account,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE core.session IS 'Sign-ins of the viewer; of the cookie only its SHA-256';

CREATE TABLE core.server_key (
    purpose text PRIMARY KEY,
    key bytea NOT NULL
);
COMMENT ON TABLE core.server_key IS 'Keys that every server of this district shares, made at first migration';

CREATE TABLE core.login_scope (
    login text PRIMARY KEY,
    role text NOT NULL REFERENCES core.account_role,
    area_id bigint REFERENCES core.area,
    verifier text
);
COMMENT ON TABLE core.login_scope IS
'Which area a database login (QGIS) may see; looked up by session_user, cannot be set';
COMMENT ON COLUMN core.login_scope.verifier IS
'PostgreSQL''s SCRAM verifier of the login''s password, by which a login lost in a restore is made again; signs nobody in';

CREATE TABLE core.shift (
    shift text PRIMARY KEY CONSTRAINT shift_has_a_name CHECK (shift ~ '\S' AND length(shift) <= 40),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    starts time NOT NULL,
    ends time NOT NULL,
    CONSTRAINT shift_begins_and_ends_apart CHECK (starts <> ends)
);
COMMENT ON TABLE core.shift IS 'A time of day with a name; one that ends before it starts goes past midnight';
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
COMMENT ON TABLE core.roster IS
'On which days a post works a shift: on valid_from and every so many days after; a shift belongs to the day it begins';

CREATE TABLE core.work_hours (
    starts time PRIMARY KEY,
    ends time NOT NULL,
    CONSTRAINT work_begins_before_it_ends CHECK (starts < ends),
    CONSTRAINT work_hours_must_not_overlap EXCLUDE USING gist (
        int4range(extract(EPOCH FROM starts)::integer, extract(EPOCH FROM ends)::integer) WITH &&
    )
);
COMMENT ON TABLE core.work_hours IS 'When people work on a working day, in the district''s zone';
INSERT INTO core.work_hours (starts, ends) VALUES ('09:00', '12:00'), ('14:00', '18:00');

CREATE TABLE core.calendar_day (
    date date PRIMARY KEY,
    is_working boolean NOT NULL,
    name text,
    source text NOT NULL CONSTRAINT day_source_is_known CHECK (source IN ('weekday', 'library', 'local'))
);
COMMENT ON TABLE core.calendar_day IS 'Is this a working day? Public holidays and make-up working days; local rows win';
COMMENT ON COLUMN core.calendar_day.name IS 'The holiday''s name; a day off without one is a weekend';
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
COMMENT ON TABLE core.work_span IS
'Working time span by span, made of core.calendar_day and core.work_hours; before_us: microseconds worked before it';

CREATE TABLE core.deployment (
    only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_deployment CHECK (only_one),
    sample_loaded boolean,
    zone text NOT NULL DEFAULT 'Asia/Shanghai',
    due_soon interval NOT NULL DEFAULT '24:00',
    calendar text
);
COMMENT ON TABLE core.deployment IS 'One row: what this database was set up with';
COMMENT ON COLUMN core.deployment.sample_loaded IS 'Null: no sample asked for; false: loading was begun; true: it is in';
COMMENT ON COLUMN core.deployment.zone IS 'The district''s time zone: working hours, shifts and days of rules are its';
COMMENT ON COLUMN core.deployment.due_soon IS 'How long before its due time a ticket is due soon';
COMMENT ON COLUMN core.deployment.calendar IS 'Which calendar of public holidays the days were taken from';
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
