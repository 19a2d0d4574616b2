COMMENT ON TABLE work.ticket_private IS
'Words, contacts, exact point, raw coordinates, assignee of tickets: read by scope only';
COMMENT ON COLUMN work.ticket_private.left_grid_at IS
'When the ticket was first assigned above its grid: to a post of a higher area, or to a department';
COMMENT ON COLUMN work.ticket_private.geom IS 'The exact location; null: nobody has said it yet';
COMMENT ON COLUMN work.ticket_private.named_area_id IS
'The area that the reporter named instead of a point; named_area_id and geom null: the location is unknown';
COMMENT ON COLUMN work.ticket_private.device_id IS
'The device whose alarm made the ticket; locations of devices are not public';
COMMENT ON COLUMN work.ticket_private.doubt IS
'Why the point is not taken for the location: far or coarse (app.location_doubt); the ticket is at the topmost area, '
'nobody''s work, until somebody says its location';
ALTER TABLE work.ticket_private ENABLE ROW LEVEL SECURITY;
CREATE POLICY private_is_seen_in_scope ON work.ticket_private FOR SELECT TO gisgrid_service USING (
    path && app.service_private_scope() OR department = (SELECT app.scope_department())
    OR ticket_id = ANY((SELECT app.called_to())::bigint [])
);
CREATE POLICY private_is_changed_in_scope ON work.ticket_private FOR UPDATE TO gisgrid_service
USING (path && app.service_private_scope() OR department = (SELECT app.scope_department()));
CREATE POLICY private_is_taken_in ON work.ticket_private FOR INSERT WITH CHECK (true);
CREATE TRIGGER record_leaving_grid BEFORE INSERT OR UPDATE OF post_id, department ON work.ticket_private
FOR EACH ROW EXECUTE FUNCTION app.record_leaving_grid();
CREATE TRIGGER count_assignee AFTER INSERT ON work.ticket_private
FOR EACH ROW WHEN (NEW.post_id IS NOT NULL OR NEW.department IS NOT NULL) EXECUTE FUNCTION app.record_assignee();
CREATE TRIGGER count_change_of_assignee AFTER UPDATE ON work.ticket_private
FOR EACH ROW
WHEN ((OLD.path, OLD.post_id, OLD.department) IS DISTINCT FROM (NEW.path, NEW.post_id, NEW.department))
EXECUTE FUNCTION app.record_assignee();
CREATE TRIGGER count_loss_of_assignee AFTER DELETE ON work.ticket_private
FOR EACH ROW EXECUTE FUNCTION app.record_assignee();
GRANT SELECT ON work.ticket_private TO gisgrid_service;
