COMMENT ON TABLE core.change IS 'What changed, where: read below the snapshot''s xmin, so that no late commit is missed';
COMMENT ON COLUMN core.change.path IS 'The areas above what changed, from the top; null: a fact, which is everybody''s';
ALTER TABLE core.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_is_a_fact_or_in_scope ON core.change FOR SELECT
USING (path IS NULL OR path && (SELECT app.scope()));
CREATE TRIGGER wake_listeners AFTER INSERT ON core.change
FOR EACH STATEMENT EXECUTE FUNCTION app.wake_listeners();
GRANT SELECT ON core.change TO gisgrid_service;
