-- Areas as they are drawn below zoom 16: a border that two areas share loses the same corners in both. Kept, and made
-- again by the worker where boundaries changed.
CREATE TABLE core.area_outline (
    area_version_id bigint PRIMARY KEY REFERENCES core.area_version,
    geom geometry (MULTIPOLYGONM, 3857) NOT NULL
);
CREATE INDEX area_outline_geom ON core.area_outline USING gist (geom);
CREATE SEQUENCE core.outline_due_id_seq;
CREATE TABLE core.outline_due (outline_due_id bigint PRIMARY KEY DEFAULT nextval('core.outline_due_id_seq'));
ALTER SEQUENCE core.outline_due_id_seq OWNED BY core.outline_due.outline_due_id;
INSERT INTO core.outline_due DEFAULT VALUES;
