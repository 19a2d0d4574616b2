ALTER TABLE core.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_is_a_fact_or_in_scope ON core.change FOR SELECT
USING (path IS NULL OR path && (SELECT app.scope()));
CREATE TRIGGER wake_listeners AFTER INSERT ON core.change
FOR EACH STATEMENT EXECUTE FUNCTION app.wake_listeners();
GRANT SELECT ON core.change TO gisgrid_service;
