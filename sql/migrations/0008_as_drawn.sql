-- What a hand writes is read before it is refused: a shape of any kind comes to the trigger, which drops heights and
-- says in two languages what is wrong (a typed column says it in English, before any trigger); a date is written as
-- people write it. is_redrawn spares a row whose name alone is new the checks of shapes.
ALTER TABLE draft.area ALTER COLUMN geom TYPE geometry;
ALTER TABLE draft.area
ADD CONSTRAINT shape_is_a_multipolygon CHECK (geometrytype(geom) = 'MULTIPOLYGON'),
ADD CONSTRAINT shape_is_in_wgs84 CHECK (st_srid(geom) = 4326),
ADD CONSTRAINT shape_has_no_heights CHECK (st_ndims(geom) = 2),
ADD COLUMN is_redrawn boolean NOT NULL DEFAULT true;
ALTER TABLE draft.changeset ADD COLUMN starts_on text;
UPDATE draft.area SET is_redrawn = false WHERE NOT is_changed;
