-- Edits that are not live: change sets, drawn leaves, problems, preview. Long because a schema is one file.

CREATE SCHEMA draft;
COMMENT ON SCHEMA draft IS 'Edits that are not live yet';

CREATE SEQUENCE draft.changeset_id_seq;
CREATE TABLE draft.changeset (
    changeset_id bigint PRIMARY KEY DEFAULT nextval('draft.changeset_id_seq'),
    area_code text,
    network text NOT NULL DEFAULT 'base' REFERENCES core.network,
    title text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'open'
    CONSTRAINT status_is_open_published_or_discarded CHECK (status IN ('open', 'published', 'discarded')),
    valid_from timestamptz NOT NULL DEFAULT now(),
    policy text NOT NULL DEFAULT 'move'
    CONSTRAINT policy_is_move_or_stay CHECK (policy IN ('move', 'stay')),
    ground text NOT NULL DEFAULT 'keep'
    CONSTRAINT ground_is_keep_gain_or_any CHECK (ground IN ('keep', 'gain', 'any')),
    opened_by text NOT NULL DEFAULT session_user,
    opened_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    followed_at timestamptz,
    undoes bigint REFERENCES draft.changeset,
    is_dated boolean NOT NULL DEFAULT false,
    is_filled boolean NOT NULL DEFAULT true,
    path bigint [] NOT NULL DEFAULT '{0}',
    summary jsonb,
    is_approved boolean NOT NULL DEFAULT false
);
ALTER SEQUENCE draft.changeset_id_seq OWNED BY draft.changeset.changeset_id;

CREATE SEQUENCE draft.area_id_seq;
CREATE TABLE draft.area (
    draft_area_id bigint PRIMARY KEY DEFAULT nextval('draft.area_id_seq'),
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    code text COLLATE "C",
    name text,
    level text NOT NULL DEFAULT 'grid' REFERENCES core.level,
    kind text NOT NULL DEFAULT 'base' REFERENCES core.area_kind,
    parent_code text COLLATE "C",
    origin_code text COLLATE "C",
    base_version_id bigint REFERENCES core.area_version,
    is_changed boolean NOT NULL DEFAULT true,
    geom geometry (MultiPolygon, 4326)
);
ALTER SEQUENCE draft.area_id_seq OWNED BY draft.area.draft_area_id;
CREATE INDEX draft_area_changeset ON draft.area (changeset_id, code);
CREATE INDEX draft_area_changed ON draft.area (changeset_id) WHERE is_changed;
CREATE INDEX draft_area_geom ON draft.area USING gist (geom);

CREATE TABLE draft.base (
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    area_version_id bigint NOT NULL REFERENCES core.area_version,
    PRIMARY KEY (changeset_id, area_version_id)
);

CREATE SEQUENCE draft.problem_id_seq;
CREATE TABLE draft.problem (
    problem_id bigint PRIMARY KEY DEFAULT nextval('draft.problem_id_seq'),
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    code text,
    other_code text,
    kind text NOT NULL,
    severity text NOT NULL
    CONSTRAINT severity_is_error_or_warning CHECK (severity IN ('error', 'warning')),
    message text NOT NULL,
    remedy text NOT NULL DEFAULT '',
    geom geometry (Geometry, 4326),
    message_zh text NOT NULL DEFAULT '',
    remedy_zh text NOT NULL DEFAULT ''
);
ALTER SEQUENCE draft.problem_id_seq OWNED BY draft.problem.problem_id;
CREATE INDEX draft_problem_changeset ON draft.problem (changeset_id);

CREATE SEQUENCE draft.preview_id_seq;
CREATE TABLE draft.preview_row (
    preview_id bigint PRIMARY KEY DEFAULT nextval('draft.preview_id_seq'),
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    what text NOT NULL,
    id text NOT NULL,
    from_code text,
    to_code text,
    geom geometry (Geometry, 4326)
);
ALTER SEQUENCE draft.preview_id_seq OWNED BY draft.preview_row.preview_id;
CREATE INDEX draft_preview_changeset ON draft.preview_row (changeset_id);

CREATE TABLE draft.staged (
    staged_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    area_id bigint NOT NULL REFERENCES core.area,
    level text NOT NULL,
    name text,
    parent_id bigint,
    path bigint [],
    geom geometry (MultiPolygon, 4326),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL DEFAULT 'infinity',
    label_point geometry (Point, 4326),
    area_m2 double precision
);
CREATE INDEX staged_changeset ON draft.staged (changeset_id, area_id);
CREATE INDEX staged_parent ON draft.staged (changeset_id, parent_id);

CREATE TABLE draft.touched (
    changeset_id bigint NOT NULL REFERENCES draft.changeset,
    area_id bigint NOT NULL REFERENCES core.area,
    PRIMARY KEY (changeset_id, area_id)
);
CREATE INDEX touched_area ON draft.touched (area_id);

CREATE TABLE draft.qgis_projects (
    name text PRIMARY KEY,
    metadata jsonb,
    content bytea
);
