-- Edits that are not live yet: change sets, leaves, problems, preview. Long because a schema is one file.
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
    geom geometry (Geometry, 4326)
);
ALTER SEQUENCE draft.problem_id_seq OWNED BY draft.problem.problem_id;
CREATE INDEX draft_problem_changeset ON draft.problem (changeset_id);
COMMENT ON TABLE draft.problem IS 'What a check found, with its place; written whenever a draft is saved';

CREATE SEQUENCE draft.preview_id_seq;
CREATE TABLE draft.preview (
    preview_id bigint PRIMARY KEY DEFAULT nextval('draft.preview_id_seq'),
    changeset_id bigint NOT NULL REFERENCES draft.changeset ON DELETE CASCADE,
    what text NOT NULL,
    id text NOT NULL,
    from_code text,
    to_code text,
    geom geometry (Geometry, 4326)
);
ALTER SEQUENCE draft.preview_id_seq OWNED BY draft.preview.preview_id;
CREATE INDEX draft_preview_changeset ON draft.preview (changeset_id);
COMMENT ON TABLE draft.preview IS
'What publishing would move from which code to which: tickets, cameras, places, posts; a line to the new label point';

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

-- Guards. They bind whoever writes with a login of his own; the owner's functions write as gisgrid_owner.

CREATE FUNCTION draft.clear_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
-- Which change set this one undoes, and that its tickets have followed, only the owner's functions say: whoever says
-- it by hand could close other towns' posts. QGIS sends every column, so they are emptied, not refused.
BEGIN
    IF current_user <> 'gisgrid_owner' THEN
        NEW.undoes := NULL;
        NEW.followed_at := NULL;
        NEW.summary := NULL;
        NEW.is_dated := false;
        NEW.is_filled := true;
        NEW.opened_at := now();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.clear_changeset() IS 'What of a new change set nobody says by hand';
CREATE TRIGGER a_clear_changeset BEFORE INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION draft.clear_changeset();

CREATE FUNCTION draft.open_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- A new change set knows its area's path, whose it is, and whether its date was chosen.
BEGIN
    IF NEW.area_code IS NULL THEN
        SELECT a.code INTO NEW.area_code FROM core.login_scope AS s JOIN core.area AS a ON a.area_id = s.area_id
        WHERE s.login = session_user;
    END IF;
    NEW.opened_by := session_user;
    NEW.is_dated := NEW.is_dated OR NEW.valid_from IS DISTINCT FROM now();
    NEW.status := 'open';
    NEW.published_at := NULL;
    NEW.path := '{0}';
    IF NEW.area_code IS NOT NULL THEN
        SELECT v.path INTO NEW.path FROM core.area_version AS v
        WHERE v.network = NEW.network AND v.code = NEW.area_code AND v.recorded_to = 'infinity'
        ORDER BY v.valid_to DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'network % has no area %', NEW.network, NEW.area_code
                USING HINT = 'give the code of a district, town, community or grid of the map';
        END IF;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.open_changeset() IS 'A new change set knows its area''s path, whose it is, its date';
CREATE TRIGGER open_changeset BEFORE INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION draft.open_changeset();

CREATE FUNCTION draft.fill_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.is_filled THEN
        PERFORM app.fill_draft(NEW.changeset_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.fill_changeset() IS 'A new change set holds the live leaves of its area';
CREATE TRIGGER fill_changeset AFTER INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION draft.fill_changeset();

CREATE FUNCTION draft.guard_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
-- What of a change set may be changed by hand: its words, date and policies while it is open, and its status.
BEGIN
    IF current_user = 'gisgrid_owner' THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'open' AND NOT (OLD.status = 'published' AND OLD.published_at IS NULL AND NEW.status = 'open') THEN
        RAISE EXCEPTION 'change set % is % already', OLD.changeset_id, OLD.status
            USING HINT = 'open a new one; gisgrid changeset undo takes a published one back';
    END IF;
    IF (NEW.changeset_id, NEW.network, NEW.opened_by, NEW.opened_at, NEW.published_at, NEW.followed_at, NEW.path)
       IS DISTINCT FROM
       (OLD.changeset_id, OLD.network, OLD.opened_by, OLD.opened_at, OLD.published_at, OLD.followed_at, OLD.path)
       OR NEW.area_code IS DISTINCT FROM OLD.area_code THEN
        RAISE EXCEPTION 'of change set % only title, date, policies and status can be changed', OLD.changeset_id
            USING HINT = 'open a new change set for another area';
    END IF;
    NEW.is_dated := OLD.is_dated OR NEW.valid_from IS DISTINCT FROM OLD.valid_from;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.guard_changeset() IS 'What of a change set may be changed by hand';
CREATE TRIGGER guard_changeset BEFORE UPDATE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION draft.guard_changeset();

CREATE FUNCTION draft.date_changeset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.is_dated THEN
        NEW.valid_from := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.date_changeset() IS 'A change set whose date nobody chose applies from its publishing on';
CREATE TRIGGER set_date BEFORE UPDATE OF status ON draft.changeset
FOR EACH ROW WHEN (OLD.status = 'open' AND NEW.status = 'published') EXECUTE FUNCTION draft.date_changeset();

CREATE FUNCTION draft.prepare_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Every check, at once, so that its text reaches whoever saved the status.
BEGIN
    PERFORM app.prepare_changeset(NEW.changeset_id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.prepare_changeset() IS 'Publishing checks and stages at once';
CREATE TRIGGER prepare_changeset AFTER UPDATE OF status ON draft.changeset
FOR EACH ROW WHEN (OLD.status = 'open' AND NEW.status = 'published') EXECUTE FUNCTION draft.prepare_changeset();

CREATE FUNCTION draft.flip_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- What was prepared goes live with the commit; one of a later date waits for it.
BEGIN
    IF app.is_due(NEW.is_dated, NEW.valid_from) THEN
        PERFORM app.flip_changeset(NEW.changeset_id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.flip_changeset() IS 'What publishing prepared goes live with the commit';
CREATE CONSTRAINT TRIGGER flip_changeset AFTER UPDATE OF status ON draft.changeset
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (OLD.status = 'open' AND NEW.status = 'published') EXECUTE FUNCTION draft.flip_changeset();

CREATE FUNCTION draft.guard_area() RETURNS trigger LANGUAGE plpgsql AS $$
-- A row drawn by hand: only in an open draft, a leaf, its code and origin by rule where a split copied them. Its
-- parent is the one that its code says, where the scheme's codes say it.
DECLARE
    state text;
    net text;
BEGIN
    IF current_user = 'gisgrid_owner' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    SELECT c.status, c.network INTO state, net FROM draft.changeset AS c
    WHERE c.changeset_id = coalesce(NEW.changeset_id, OLD.changeset_id);
    IF state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'change set % is %: nothing can be drawn in it',
            coalesce(NEW.changeset_id, OLD.changeset_id), coalesce(state, 'not yours')
            USING HINT = 'open a change set, or choose an open one';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.level <> 'grid' THEN
        RAISE EXCEPTION 'only grids are drawn' USING HINT = 'what is above them is made from them at publish';
    END IF;
    IF st_xmin(NEW.geom) < -180 OR st_xmax(NEW.geom) > 180 OR st_ymin(NEW.geom) < -90 OR st_ymax(NEW.geom) > 90 THEN
        RAISE EXCEPTION 'a corner lies outside the world: longitudes % to %, latitudes % to %',
            st_xmin(NEW.geom), st_xmax(NEW.geom), st_ymin(NEW.geom), st_ymax(NEW.geom)
            USING HINT = 'what was pasted has no coordinate system, or a wrong one: draft layers are in EPSG:4326';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.changeset_id := OLD.changeset_id;
        NEW.base_version_id := OLD.base_version_id;
        NEW.origin_code := OLD.origin_code;
        NEW.code := coalesce(nullif(NEW.code, ''), app.next_code(net, OLD.parent_code));
        NEW.parent_code := coalesce(app.parent_code(net, NEW.code), NEW.parent_code);
    ELSE
        SELECT n.code, n.name, n.parent_code, n.origin_code, n.base_version_id
        INTO NEW.code, NEW.name, NEW.parent_code, NEW.origin_code, NEW.base_version_id
        FROM app.name_part(NEW.changeset_id, NEW.code, NEW.name, NEW.parent_code, NEW.base_version_id, NEW.geom) AS n;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.guard_area() IS 'What may be drawn by hand, and which code a new part gets';
CREATE TRIGGER a_guard_area BEFORE INSERT OR UPDATE OR DELETE ON draft.area
FOR EACH ROW EXECUTE FUNCTION draft.guard_area();

CREATE FUNCTION draft.mark_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    b core.area_version;
BEGIN
    SELECT * INTO b FROM core.area_version AS v WHERE v.area_version_id = NEW.base_version_id;
    NEW.is_changed := NOT FOUND OR (NEW.code, NEW.kind) IS DISTINCT FROM (b.code, b.kind)
        OR NEW.name IS DISTINCT FROM b.name OR NEW.geom IS DISTINCT FROM b.geom;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION draft.mark_changed() IS 'A row knows whether it differs from what it was copied from';
CREATE TRIGGER b_mark_changed BEFORE INSERT OR UPDATE ON draft.area
FOR EACH ROW EXECUTE FUNCTION draft.mark_changed();

CREATE FUNCTION draft.refuse_no_row() RETURNS trigger LANGUAGE plpgsql AS $$
-- A client that saves a row that is gone, or hidden from it, must not take silence for success.
BEGIN
    IF current_user <> 'gisgrid_owner' AND NOT EXISTS (SELECT FROM old_row) THEN
        RAISE EXCEPTION 'nothing was saved: the row is gone, or not yours to change'
            USING HINT = 'reload the layer and draw it again';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.refuse_no_row() IS 'An UPDATE or DELETE by hand that touches no row is an error';
CREATE TRIGGER refuse_no_row_updated AFTER UPDATE ON draft.area
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION draft.refuse_no_row();
CREATE TRIGGER refuse_no_row_deleted AFTER DELETE ON draft.area
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION draft.refuse_no_row();
CREATE TRIGGER refuse_no_row_updated AFTER UPDATE ON draft.changeset
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION draft.refuse_no_row();

-- Whoever draws sees what is wrong and what would move: once a save, however many rows the client sends one by one.
CREATE FUNCTION draft.note_saved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'gisgrid_owner' THEN
        PERFORM set_config('gisgrid.saved', (
            SELECT coalesce(array_agg(DISTINCT i.id), '{}') FROM (
                SELECT r.changeset_id AS id FROM saved_row AS r
                UNION ALL
                SELECT unnest(nullif(current_setting('gisgrid.saved', true), '')::bigint[])) AS i)::text, true);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.note_saved() IS 'A transaction knows in which change sets it has drawn since their last check';
CREATE TRIGGER note_saved_inserted AFTER INSERT ON draft.area
REFERENCING NEW TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION draft.note_saved();
CREATE TRIGGER note_saved_updated AFTER UPDATE ON draft.area
REFERENCING NEW TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION draft.note_saved();
CREATE TRIGGER note_saved_deleted AFTER DELETE ON draft.area
REFERENCING OLD TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION draft.note_saved();

CREATE FUNCTION draft.check_saved() RETURNS trigger LANGUAGE plpgsql AS $$
-- At the commit, for the first row of each change set; the others find nothing left to check.
DECLARE
    saved bigint[] := nullif(current_setting('gisgrid.saved', true), '')::bigint[];
    own bigint := coalesce(NEW.changeset_id, OLD.changeset_id);
BEGIN
    IF own = ANY(saved) THEN
        PERFORM set_config('gisgrid.saved', array_remove(saved, own)::text, true);
        PERFORM app.check_saved(c.changeset_id) FROM draft.changeset AS c WHERE c.changeset_id = own AND c.status = 'open';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION draft.check_saved() IS 'Saving a draft writes its problems and its preview';
CREATE CONSTRAINT TRIGGER check_saved AFTER INSERT OR UPDATE OR DELETE ON draft.area
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_user <> 'gisgrid_owner') EXECUTE FUNCTION draft.check_saved();

ALTER TABLE draft.changeset ENABLE ROW LEVEL SECURITY;
CREATE POLICY changeset_is_in_scope ON draft.changeset
USING (path && (SELECT core.scope())) WITH CHECK (path && (SELECT core.scope()));
ALTER TABLE draft.area ENABLE ROW LEVEL SECURITY;
CREATE POLICY draft_is_in_scope ON draft.area
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c))
WITH CHECK (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
ALTER TABLE draft.problem ENABLE ROW LEVEL SECURITY;
CREATE POLICY problem_is_in_scope ON draft.problem FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
ALTER TABLE draft.preview ENABLE ROW LEVEL SECURITY;
CREATE POLICY preview_is_in_scope ON draft.preview FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
