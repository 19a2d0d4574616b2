COMMENT ON TABLE work.ticket IS 'Public facts of a ticket, the same for everybody';
COMMENT ON COLUMN work.ticket.geom IS
'The public place: the point, or for a category of homes only its grid''s label point; none when that is unknown';
COMMENT ON COLUMN work.ticket.area_version_id IS 'The version of the grid by which it was assigned; null outside every grid';
COMMENT ON COLUMN work.ticket.area_id IS 'The area whose work list holds it: the grid, else the nearest area above';
COMMENT ON COLUMN work.ticket.priority IS '1 most urgent, 3 as usual, 5 least';
COMMENT ON COLUMN work.ticket.due_hours IS
'The hours from received_at of which due_at was made; null: it came from elsewhere';
COMMENT ON COLUMN work.ticket.parent_id IS 'The ticket of which this is a part; a part has no parts of its own';
COMMENT ON COLUMN work.ticket.duplicate_of IS 'The ticket that is about the same thing; this one is closed, in the step in which it was';
COMMENT ON COLUMN work.ticket.solved_in_grid IS
'问题解决不出网格: closed without ever having been with anybody above the grid; null: open, a duplicate, or not known';
COMMENT ON COLUMN work.ticket.method IS
'How its area was found: by its point (inside, edge, nearest), by a code that was said, or not at all (none)';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.note_ticket_change();
CREATE TRIGGER start_clock AFTER INSERT ON work.ticket FOR EACH ROW EXECUTE FUNCTION app.begin_clock();
CREATE TRIGGER turn_clock AFTER UPDATE OF step, due_at, closed_at ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.update_clock();
CREATE TRIGGER note_solving BEFORE UPDATE OF closed_at ON work.ticket
FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at) EXECUTE FUNCTION app.note_solving();
CREATE TRIGGER keep_path AFTER UPDATE ON work.ticket
FOR EACH ROW WHEN (OLD.path <> NEW.path) EXECUTE FUNCTION app.keep_path();
CREATE TRIGGER keep_state AFTER UPDATE ON work.ticket
FOR EACH ROW
WHEN (OLD.due_at <> NEW.due_at OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at))
EXECUTE FUNCTION app.keep_state();
GRANT SELECT ON work.ticket TO gisgrid_service, gisgrid_viewer;
