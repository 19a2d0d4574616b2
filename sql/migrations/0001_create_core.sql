-- Areas, their versions on two time axes, lineage, changes, people and scope. Long because a schema is one file.
CREATE SCHEMA core;
COMMENT ON SCHEMA core IS 'Areas, versions, lineage, changes, people, scope';

CREATE TABLE core.level (
    level text PRIMARY KEY,
    rank smallint NOT NULL CONSTRAINT level_rank_is_unique UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE core.level IS 'Value list: the levels of areas, the top one first; the last one is the leaf level';
INSERT INTO core.level (level, rank, name_zh, name_en) VALUES
('district', 1, '区县', 'district'),
('town', 2, '乡镇街道', 'town'),
('community', 3, '社区(村)', 'community'),
('grid', 4, '网格', 'grid');

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
    low integer NOT NULL,
    high integer NOT NULL,
    first_low integer NOT NULL,
    first_high integer NOT NULL,
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
COMMENT ON TABLE core.area_version IS
'One shape of one area: valid from-to in the world, recorded from-to in our knowledge; history only grows';
COMMENT ON COLUMN core.area_version.path IS 'area_id of every area above and of itself, from the top; begins with 0, the whole';
COMMENT ON COLUMN core.area_version.label_point IS 'A point inside the shape, as far from its edge as may be';
COMMENT ON COLUMN core.area_version.area_m2 IS 'Geodesic area, square metres';

CREATE FUNCTION core.only_close_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'history only grows: version % of % cannot be deleted', OLD.area_version_id, OLD.code
            USING HINT = 'publish a change set instead';
    END IF;
    IF OLD.recorded_to <> 'infinity'
       OR (to_jsonb(NEW) - 'recorded_to' - 'path' - 'geom_3857')
          IS DISTINCT FROM (to_jsonb(OLD) - 'recorded_to' - 'path' - 'geom_3857')
       OR NEW.path <> OLD.path THEN
        RAISE EXCEPTION 'history only grows: of version % of % only the open end of its record may be closed',
            OLD.area_version_id, OLD.code USING HINT = 'publish a change set instead';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION core.only_close_the_record() IS
'Guard: a version is never deleted, and of it only the open end of its record is ever closed';
CREATE TRIGGER only_close_the_record BEFORE UPDATE OR DELETE ON core.area_version
FOR EACH ROW EXECUTE FUNCTION core.only_close_the_record();

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

CREATE TABLE core.change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text NOT NULL,
    box geometry (Geometry, 4326) NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX change_transaction ON core.change (transaction_id);
COMMENT ON TABLE core.change IS 'What changed, where: read below the snapshot''s xmin, so that no late commit is missed';

CREATE FUNCTION core.wake_listeners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gisgrid_change', '');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION core.wake_listeners() IS
'Wakes whoever follows core.change; the notice is bare, the table says what changed';
CREATE TRIGGER wake_listeners AFTER INSERT ON core.change
FOR EACH STATEMENT EXECUTE FUNCTION core.wake_listeners();

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
    CONSTRAINT valid_from_is_before_valid_to CHECK (valid_from < valid_to)
);
ALTER SEQUENCE core.post_id_seq OWNED BY core.post.post_id;
CREATE INDEX post_area ON core.post (area_id, role);
CREATE INDEX post_path ON core.post USING gin (path);
CREATE INDEX post_geom ON core.post USING gist (geom);
COMMENT ON TABLE core.post IS 'A person in a role on an area, from-to';
COMMENT ON COLUMN core.post.opened_by_changeset IS 'The change set that handed the post over to this area, if one did';
COMMENT ON COLUMN core.post.closed_by_changeset IS 'The change set that ended the post with its area, if one did';

CREATE TABLE core.account_role (
    role text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE core.account_role IS 'Value list: the roles of people who sign in';
INSERT INTO core.account_role (role, name_zh, name_en) VALUES
('worker', '网格员', 'grid worker'),
('dispatcher', '调度员', 'dispatcher'),
('supervisor', '督查员', 'supervisor'),
('department', '职能部门', 'department'),
('editor', '边界编辑员', 'boundary editor'),
('admin', '管理员', 'administrator');

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
    CONSTRAINT only_an_admin_has_no_area CHECK (area_id IS NOT NULL OR role IN ('admin', 'department')),
    CONSTRAINT department_account_names_its_department CHECK (role <> 'department' OR department IS NOT NULL)
);
COMMENT ON TABLE core.account IS 'Who can sign in, in which role, for which area; of the secret only its SHA-256';

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
    area_id bigint REFERENCES core.area
);
COMMENT ON TABLE core.login_scope IS 'Which area a database login (QGIS) may see; looked up by session_user, cannot be set';

CREATE FUNCTION core.scope() RETURNS bigint [] LANGUAGE plpgsql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Which areas may be seen here? The service says it per transaction, a login of one's own is looked up; else none.
DECLARE
    text_scope text := nullif(current_setting('gisgrid.scope', true), '');
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN coalesce(text_scope::bigint[], '{}');
    END IF;
    RETURN coalesce(
        (SELECT CASE WHEN s.role = 'admin' THEN '{0}' ELSE ARRAY[s.area_id] END
         FROM core.login_scope AS s WHERE s.login = session_user), '{}');
END $$;
COMMENT ON FUNCTION core.scope() IS 'area_id of the areas whose subtrees may be seen in this transaction; {0} = everything';

CREATE FUNCTION core.scope_department() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_has_role(session_user, 'gisgrid_service', 'MEMBER') THEN
        RETURN nullif(current_setting('gisgrid.department', true), '');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION core.scope_department() IS 'The department on whose behalf this transaction asks, or null';

ALTER TABLE core.post ENABLE ROW LEVEL SECURITY;
CREATE POLICY post_is_seen_in_scope ON core.post FOR SELECT USING (path && (SELECT core.scope()));
CREATE POLICY post_is_written_in_scope ON core.post FOR ALL USING (path && (SELECT core.scope()));
ALTER TABLE core.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_is_seen_with_a_post ON core.person FOR SELECT
USING (EXISTS (SELECT 1 FROM core.post AS p WHERE p.person_id = person.person_id));
CREATE POLICY person_is_added ON core.person FOR INSERT WITH CHECK (true);

CREATE TABLE core.deployment (
    only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_deployment CHECK (only_one),
    sample_loaded boolean
);
INSERT INTO core.deployment DEFAULT VALUES;
COMMENT ON TABLE core.deployment IS 'One row: what this database was set up with';
COMMENT ON COLUMN core.deployment.sample_loaded IS 'Null: no sample asked for; false: loading was begun; true: it is in';
