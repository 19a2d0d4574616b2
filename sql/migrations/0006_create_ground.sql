-- What makes a map look like a place: streets, railways, water, green. Public, and nobody's.
CREATE TABLE overlay.ground_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO overlay.ground_kind (kind, name_zh, name_en) VALUES
('street', '道路', 'street'), ('rail', '铁路', 'railway'), ('water', '水系', 'water'), ('green', '绿地', 'green');
COMMENT ON TABLE overlay.ground_kind IS 'Value list: what lies on the ground';

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

CREATE FUNCTION overlay.note_ground() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ground', st_envelope(st_collect(st_envelope(geom))) FROM changed HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION overlay.note_ground() IS
'Notes in core.change, once a statement, the box of all ground that a statement drew or took away';
CREATE TRIGGER note_new_ground AFTER INSERT ON overlay.ground
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION overlay.note_ground();
CREATE TRIGGER note_redrawn_ground AFTER UPDATE ON overlay.ground
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION overlay.note_ground();
CREATE TRIGGER note_left_ground AFTER UPDATE ON overlay.ground
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION overlay.note_ground();
CREATE TRIGGER note_gone_ground AFTER DELETE ON overlay.ground
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION overlay.note_ground();
