COMMENT ON TABLE work.event IS 'The history of tickets; rows are only appended';
ALTER TABLE work.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_is_seen_in_scope ON work.event FOR SELECT TO gisgrid_service USING (
    path && app.service_private_scope() OR department = (SELECT app.scope_department())
    OR ticket_id = ANY((SELECT app.called_to())::bigint [])
);
CREATE POLICY event_is_appended ON work.event FOR INSERT WITH CHECK (true);
CREATE TRIGGER events_append BEFORE UPDATE OR DELETE OR TRUNCATE ON work.event
FOR EACH STATEMENT EXECUTE FUNCTION app.events_append();
CREATE TRIGGER events_keep_their_facts BEFORE UPDATE ON work.event
FOR EACH ROW WHEN (current_setting('gisgrid.erasing', true) <> '') EXECUTE FUNCTION app.events_append();
GRANT SELECT ON work.event TO gisgrid_service;
