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
    summary jsonb
);
ALTER SEQUENCE draft.changeset_id_seq OWNED BY draft.changeset.changeset_id;
COMMENT ON TABLE draft.changeset IS
'A change set: inserting opens it, setting status to published makes it live, to discarded ends it';
COMMENT ON COLUMN draft.changeset.area_code IS 'The area whose leaves may be redrawn; none: the whole network';
COMMENT ON COLUMN draft.changeset.valid_from IS 'From when on it applies; untouched: from its publishing on';
COMMENT ON COLUMN draft.changeset.policy IS 'What open tickets do when their ground changes hands: move or stay';
COMMENT ON COLUMN draft.changeset.ground IS 'May the ground covered change: keep it, gain only, any';
COMMENT ON COLUMN draft.changeset.published_at IS 'When it went live; published without it: waits for its date';
COMMENT ON COLUMN draft.changeset.followed_at IS 'When tickets and other things had followed the new boundaries';
COMMENT ON COLUMN draft.changeset.undoes IS 'The change set that this one takes back';
COMMENT ON COLUMN draft.changeset.is_dated IS 'Was valid_from chosen by somebody?';
COMMENT ON COLUMN draft.changeset.is_filled IS 'Do the live leaves come into the draft when it opens?';
COMMENT ON COLUMN draft.changeset.path IS 'The path of the area, by which editors see the change sets of their own';

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
COMMENT ON TABLE draft.area IS 'One row a leaf of the change set''s subtree as it would be after publishing';
COMMENT ON COLUMN draft.area.origin_code IS 'The code that this part was split from';
COMMENT ON COLUMN draft.area.base_version_id IS 'The live version that this row was copied from';
COMMENT ON COLUMN draft.area.is_changed IS 'Does the row differ from what it was copied from?';

CREATE TABLE draft.base (
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    area_version_id bigint NOT NULL REFERENCES core.area_version,
    PRIMARY KEY (changeset_id, area_version_id)
);
COMMENT ON TABLE draft.base IS 'The live versions that a draft began with: what of them is live no more shows a conflict';

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
COMMENT ON TABLE draft.problem IS 'What a check found, with its place; written whenever a draft is saved';
COMMENT ON COLUMN draft.problem.message IS 'What is wrong, with codes, in English';
COMMENT ON COLUMN draft.problem.message_zh IS 'The same in Chinese';
COMMENT ON COLUMN draft.problem.remedy IS 'What to do about it, in English';
COMMENT ON COLUMN draft.problem.remedy_zh IS 'The same in Chinese';

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
COMMENT ON TABLE draft.preview_row IS 'What publishing a draft would move, as the view draft.preview shows it to those who may see it';

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
COMMENT ON TABLE draft.staged IS
'Versions ready to go live, filled and emptied inside publish; without geom: the area ends';

CREATE TABLE draft.touched (
    changeset_id bigint NOT NULL REFERENCES draft.changeset,
    area_id bigint NOT NULL REFERENCES core.area,
    PRIMARY KEY (changeset_id, area_id)
);
CREATE INDEX touched_area ON draft.touched (area_id);
COMMENT ON TABLE draft.touched IS 'The areas that a published change set altered, added or ended';

CREATE TABLE draft.qgis_projects (
    name text PRIMARY KEY,
    metadata jsonb,
    content bytea
);
COMMENT ON TABLE draft.qgis_projects IS 'Projects that QGIS opens from the database; gisgrid qgis writes the one named gisgrid';
COMMENT ON COLUMN draft.qgis_projects.content IS 'A .qgz file: a ZIP archive with the project''s XML';
