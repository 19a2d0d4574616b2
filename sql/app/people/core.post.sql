ALTER TABLE core.post ENABLE ROW LEVEL SECURITY;
CREATE POLICY post_is_seen_in_scope ON core.post FOR SELECT USING (path && (SELECT app.scope()));
CREATE POLICY post_is_written_in_scope ON core.post FOR ALL USING (path && (SELECT app.scope()));
GRANT SELECT ON core.post TO gisgrid_service;
