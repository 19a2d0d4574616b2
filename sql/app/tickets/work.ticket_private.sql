ALTER TABLE work.ticket_private ENABLE ROW LEVEL SECURITY;
CREATE POLICY private_is_seen_in_scope ON work.ticket_private FOR SELECT USING (
    path && (SELECT app.scope()) OR department = (SELECT app.scope_department())
    OR ticket_id = ANY((SELECT app.called_to())::bigint [])
);
CREATE POLICY private_is_changed_in_scope ON work.ticket_private FOR UPDATE
USING (path && (SELECT app.scope()) OR department = (SELECT app.scope_department()));
CREATE POLICY private_is_taken_in ON work.ticket_private FOR INSERT WITH CHECK (true);
CREATE TRIGGER note_leaving_grid BEFORE INSERT OR UPDATE OF post_id, department ON work.ticket_private
FOR EACH ROW EXECUTE FUNCTION app.note_leaving_grid();
GRANT SELECT ON work.ticket_private TO gisgrid_service;
