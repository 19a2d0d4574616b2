-- Places of a limited time, as checkpoints, and linear ones, as a bank with its chainage.
ALTER TABLE overlay.place
ADD COLUMN starts_at timestamptz,
ADD COLUMN ends_at timestamptz,
ADD COLUMN is_current boolean NOT NULL DEFAULT true,
ADD COLUMN course geometry (LINESTRING, 4326),
ADD COLUMN chainage_m double precision,
ADD COLUMN course_3857 geometry (LINESTRING, 3857) GENERATED ALWAYS AS (st_transform(course, 3857)) STORED,
ADD COLUMN length_m double precision GENERATED ALWAYS AS (st_length(course::geography)) STORED,
ADD CONSTRAINT place_ends_after_it_starts CHECK (ends_at > starts_at),
ADD CONSTRAINT course_must_have_a_length CHECK (st_isvalid(course) AND NOT st_isempty(course));
COMMENT ON COLUMN overlay.place.starts_at IS 'From when it is a place to visit; null: always was';
COMMENT ON COLUMN overlay.place.ends_at IS 'From when it is not one any more; null: open';
COMMENT ON COLUMN overlay.place.is_current IS 'Is it one now? Kept by a trigger and by the worker, each second';
COMMENT ON COLUMN overlay.place.course IS 'Of a linear place its course, in the direction of its chainage; geom lies in its middle';
COMMENT ON COLUMN overlay.place.chainage_m IS 'The chainage at which the line begins, or of the point; null: 0';
CREATE INDEX place_shape ON overlay.place USING gist (coalesce(course, geom));
CREATE INDEX place_course_3857 ON overlay.place USING gist (course_3857) WHERE course IS NOT NULL;
CREATE INDEX place_of_a_time ON overlay.place (place_id) WHERE starts_at IS NOT NULL OR ends_at IS NOT NULL;
