-- What stands and moves on the ground: cameras, places, devices, patrols, streets. Long because a schema is one file.

CREATE SCHEMA overlay;
COMMENT ON SCHEMA overlay IS 'Cameras, places, patrols';

CREATE TABLE overlay.thing (
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    area_id bigint,
    path bigint [] NOT NULL,
    geom geometry (Point, 4326) NOT NULL,
    CONSTRAINT a_thing_is_of_some_kind CHECK (false) NO INHERIT
);
COMMENT ON TABLE overlay.thing IS
'Things at a fixed point that belong to an area by it: holds no rows, every kind of thing is a table that inherits it';

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
ALTER TABLE overlay.camera INHERIT overlay.thing;
ALTER SEQUENCE overlay.camera_id_seq OWNED BY overlay.camera.camera_id;
CREATE INDEX camera_geom ON overlay.camera USING gist (geom);
CREATE INDEX camera_geom_3857 ON overlay.camera USING gist (geom_3857);
CREATE INDEX camera_sector_3857 ON overlay.camera USING gist (sector_3857);
CREATE INDEX camera_path ON overlay.camera USING gin (path);
CREATE INDEX camera_area ON overlay.camera (area_id);
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
ALTER TABLE overlay.place INHERIT overlay.thing;
ALTER SEQUENCE overlay.place_id_seq OWNED BY overlay.place.place_id;
CREATE INDEX place_geom ON overlay.place USING gist (geom);
CREATE INDEX place_geom_3857 ON overlay.place USING gist (geom_3857);
CREATE INDEX place_path ON overlay.place USING gin (path);
CREATE INDEX place_area ON overlay.place (area_id);
COMMENT ON TABLE overlay.place IS 'Somewhere to visit on a patrol';

CREATE SEQUENCE overlay.device_id_seq;
CREATE TABLE overlay.device (
    device_id bigint PRIMARY KEY DEFAULT nextval('overlay.device_id_seq'),
    code text COLLATE "C" NOT NULL CONSTRAINT device_code_is_unique UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    category text NOT NULL REFERENCES work.category,
    area_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    disabled_at timestamptz,
    last_seen_at timestamptz,
    geom geometry (Point, 4326) NOT NULL,
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED
);
ALTER TABLE overlay.device INHERIT overlay.thing;
ALTER SEQUENCE overlay.device_id_seq OWNED BY overlay.device.device_id;
CREATE INDEX device_geom ON overlay.device USING gist (geom);
CREATE INDEX device_geom_3857 ON overlay.device USING gist (geom_3857);
CREATE INDEX device_path ON overlay.device USING gin (path);
CREATE INDEX device_area ON overlay.device (area_id);
COMMENT ON TABLE overlay.device IS 'A thing that raises alarms at a fixed place: home terminal, smoke or flood sensor';
COMMENT ON COLUMN overlay.device.category IS 'What its alarms are about';
COMMENT ON COLUMN overlay.device.last_seen_at IS 'When it last raised an alarm; null: never';
COMMENT ON COLUMN overlay.device.disabled_at IS 'Since when its token is refused; null: it may raise alarms';

CREATE TABLE overlay.device_token (
    device_id bigint PRIMARY KEY REFERENCES overlay.device,
    token_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE overlay.device_token IS 'By what a device is known: of its token only the SHA-256; read by nobody but the owner';

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

CREATE TABLE overlay.ground_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE overlay.ground_kind IS 'Value list: what lies on the ground';
INSERT INTO overlay.ground_kind (kind, name_zh, name_en) VALUES
('street', '道路', 'street'), ('rail', '铁路', 'railway'), ('water', '水系', 'water'), ('green', '绿地', 'green');

CREATE SEQUENCE overlay.ground_id_seq;
CREATE TABLE overlay.ground (
    ground_id bigint PRIMARY KEY DEFAULT nextval('overlay.ground_id_seq'),
    kind text NOT NULL REFERENCES overlay.ground_kind,
    class text,
    name text,
    geom geometry (Geometry, 4326) NOT NULL,
    geom_3857 geometry (Geometry, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    CONSTRAINT ground_is_lines_or_polygons CHECK (st_dimension(geom) IN (1, 2) AND NOT st_isempty(geom)),
    CONSTRAINT ground_must_be_valid CHECK (st_isvalid(geom))
);
ALTER SEQUENCE overlay.ground_id_seq OWNED BY overlay.ground.ground_id;
CREATE INDEX ground_geom ON overlay.ground USING gist (geom);
CREATE INDEX ground_geom_3857 ON overlay.ground USING gist (geom_3857);
CREATE UNIQUE INDEX ground_is_drawn_once ON overlay.ground (kind, sha256(st_asbinary(geom)));
COMMENT ON TABLE overlay.ground IS 'Streets, railways, water, green: drawn below the areas, a fact of nobody''s area';
COMMENT ON COLUMN overlay.ground.class IS
'Of streets trunk, arterial, main, street or lane; of water surface, middle or river; any other word is drawn plainly';

ALTER TABLE work.ticket_private ADD FOREIGN KEY (device_id) REFERENCES overlay.device;
