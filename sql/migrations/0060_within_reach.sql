-- What lies within some minutes of a place, as somebody reckoned it: the ten-minute circle of a kit, of a canteen.
CREATE TABLE overlay.reach (
    place_id bigint NOT NULL REFERENCES overlay.place ON DELETE CASCADE,
    minutes double precision NOT NULL CONSTRAINT minutes_are_positive CHECK (minutes > 0),
    geom geometry (MULTIPOLYGON, 4326) NOT NULL,
    PRIMARY KEY (place_id, minutes),
    CONSTRAINT reach_must_be_valid CHECK (st_isvalid(geom) AND NOT st_isempty(geom))
);
COMMENT ON TABLE overlay.reach IS 'The ground within so many minutes of a place';
COMMENT ON COLUMN overlay.reach.minutes IS 'On the way from the place, or to it, as its file says';
CREATE INDEX reach_geom ON overlay.reach USING gist (geom);
