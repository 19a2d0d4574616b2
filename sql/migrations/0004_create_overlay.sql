-- What stands and moves on the ground: cameras, places, patrols. All of it scoped.
CREATE SCHEMA overlay;
COMMENT ON SCHEMA overlay IS 'Cameras, places, patrols';

CREATE SEQUENCE overlay.camera_id_seq;
CREATE TABLE overlay.camera (
    camera_id bigint PRIMARY KEY DEFAULT nextval('overlay.camera_id_seq'),
    code text COLLATE "C" NOT NULL CONSTRAINT camera_code_is_unique UNIQUE,
    name text NOT NULL,
    area_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    bearing_deg double precision,
    angle_deg double precision,
    range_m double precision,
    geom geometry (Point, 4326) NOT NULL,
    sector geometry (Polygon, 4326),
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    sector_3857 geometry (Polygon, 3857) GENERATED ALWAYS AS (st_transform(sector, 3857)) STORED,
    CONSTRAINT bearing_is_0_to_360 CHECK (bearing_deg >= 0 AND bearing_deg < 360),
    CONSTRAINT angle_is_0_to_360 CHECK (angle_deg > 0 AND angle_deg <= 360),
    CONSTRAINT range_is_positive CHECK (range_m > 0 AND range_m <= 20000)
);
ALTER SEQUENCE overlay.camera_id_seq OWNED BY overlay.camera.camera_id;
CREATE INDEX camera_geom ON overlay.camera USING gist (geom);
CREATE INDEX camera_geom_3857 ON overlay.camera USING gist (geom_3857);
CREATE INDEX camera_sector_3857 ON overlay.camera USING gist (sector_3857);
CREATE INDEX camera_path ON overlay.camera USING gin (path);
COMMENT ON TABLE overlay.camera IS 'A camera, its view sector, the grid it stands in';
COMMENT ON COLUMN overlay.camera.bearing_deg IS 'Where it looks: degrees clockwise from north';
COMMENT ON COLUMN overlay.camera.angle_deg IS 'How wide it looks: 360 = all round';

CREATE SEQUENCE overlay.place_id_seq;
CREATE TABLE overlay.place (
    place_id bigint PRIMARY KEY DEFAULT nextval('overlay.place_id_seq'),
    code text COLLATE "C" NOT NULL CONSTRAINT place_code_is_unique UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    area_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    geom geometry (Point, 4326) NOT NULL,
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED
);
ALTER SEQUENCE overlay.place_id_seq OWNED BY overlay.place.place_id;
CREATE INDEX place_geom ON overlay.place USING gist (geom);
CREATE INDEX place_geom_3857 ON overlay.place USING gist (geom_3857);
CREATE INDEX place_path ON overlay.place USING gin (path);
COMMENT ON TABLE overlay.place IS 'Somewhere to visit on a patrol';

CREATE TABLE overlay.ping (
    worker text NOT NULL,
    at timestamptz NOT NULL,
    path bigint [] NOT NULL,
    cell bigint NOT NULL,
    accuracy_m double precision,
    geom geometry (Point, 4326) NOT NULL,
    PRIMARY KEY (worker, at)
);
CREATE INDEX ping_at ON overlay.ping USING brin (at);
CREATE INDEX ping_path ON overlay.ping USING gin (path);
COMMENT ON TABLE overlay.ping IS 'A GPS point of a patrol; personal, scoped';

CREATE TABLE overlay.patrol_cell (
    cell bigint NOT NULL,
    path bigint [] NOT NULL,
    seen_at timestamptz NOT NULL,
    geom geometry (Polygon, 4326) NOT NULL,
    geom_3857 geometry (Polygon, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    PRIMARY KEY (cell)
);
CREATE INDEX patrol_cell_geom_3857 ON overlay.patrol_cell USING gist (geom_3857);
COMMENT ON TABLE overlay.patrol_cell IS 'An H3 cell (resolution 11) and the last instant a patrol was in it; path by its centre';

CREATE FUNCTION overlay.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO core.change (layer, box) VALUES (TG_ARGV[0], st_envelope(NEW.geom));
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.geom IS DISTINCT FROM NEW.geom) THEN
        INSERT INTO core.change (layer, box) VALUES (TG_ARGV[0], st_envelope(OLD.geom));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION overlay.note_change() IS
'Notes in core.change where a thing stands and stood; the argument is its layer';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.camera
FOR EACH ROW EXECUTE FUNCTION overlay.note_change('camera');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.place
FOR EACH ROW EXECUTE FUNCTION overlay.note_change('place');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.patrol_cell
FOR EACH ROW EXECUTE FUNCTION overlay.note_change('patrol');

ALTER TABLE overlay.camera ENABLE ROW LEVEL SECURITY;
CREATE POLICY camera_is_in_scope ON overlay.camera USING (path && (SELECT core.scope()));
ALTER TABLE overlay.place ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_is_in_scope ON overlay.place USING (path && (SELECT core.scope()));
ALTER TABLE overlay.ping ENABLE ROW LEVEL SECURITY;
CREATE POLICY ping_is_in_scope ON overlay.ping USING (path && (SELECT core.scope()));
ALTER TABLE overlay.patrol_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY patrol_cell_is_in_scope ON overlay.patrol_cell USING (path && (SELECT core.scope()));
