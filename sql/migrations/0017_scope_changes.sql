-- Where a camera stands or a patrol was is scoped, so what tells of a change there is scoped too.
ALTER TABLE core.change ADD COLUMN path bigint [];
COMMENT ON COLUMN core.change.path IS 'The areas above what changed, from the top; null: a fact, which is everybody''s';
-- What was noted without a path can no longer be told apart, and whoever listens hears of new changes only.
DELETE FROM core.change WHERE layer IN ('camera', 'place', 'patrol');

ALTER TABLE core.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_is_a_fact_or_in_scope ON core.change FOR SELECT
USING (path IS NULL OR path && (SELECT core.scope()));

CREATE OR REPLACE FUNCTION overlay.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO core.change (layer, box, path) VALUES (TG_ARGV[0], st_envelope(NEW.geom), NEW.path);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (OLD.geom, OLD.path) IS DISTINCT FROM (NEW.geom, NEW.path)) THEN
        INSERT INTO core.change (layer, box, path) VALUES (TG_ARGV[0], st_envelope(OLD.geom), OLD.path);
    END IF;
    RETURN NULL;
END $$;
