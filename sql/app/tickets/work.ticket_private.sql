COMMENT ON TABLE work.ticket_private IS 'Words, contacts, exact point, raw coordinates, assignee: seen by scope only';
COMMENT ON COLUMN work.ticket_private.left_grid_at IS
'When it was first with somebody who is not of its grid: a post above, a department';
COMMENT ON COLUMN work.ticket_private.geom IS 'Where it really is; null: nobody said so yet';
COMMENT ON COLUMN work.ticket_private.named_area_id IS
'The area that was said instead of a point; point and area null: the place is unknown';
COMMENT ON COLUMN work.ticket_private.device_id IS 'The device whose alarm it is; where devices stand is not public';
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
