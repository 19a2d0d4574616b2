COMMENT ON TABLE work.ticket IS
'Public facts of tickets, the same for everybody; method, confidence and ties only where has_public_point';
COMMENT ON COLUMN work.ticket.has_public_point IS
'The public location is the point itself, and so is what was found by the point; false: as private as the point';
COMMENT ON COLUMN work.ticket.confidence IS
'Which share of the disc around the point lies in the grid: how near an edge the point is';
COMMENT ON COLUMN work.ticket.geom IS
'The public location: the point, or for a category of homes the label point of the grid; null: the location is unknown';
COMMENT ON COLUMN work.ticket.area_version_id IS
'The version of the grid that the ticket is assigned to; null: outside every grid';
COMMENT ON COLUMN work.ticket.area_id IS
'The area whose work list has the ticket: the grid, else the nearest area above';
COMMENT ON COLUMN work.ticket.priority IS '1 most urgent, 3 as usual, 5 least';
COMMENT ON COLUMN work.ticket.due_hours IS
'The hours from received_at to due_at; null: due_at was loaded from another system';
COMMENT ON COLUMN work.ticket.parent_id IS 'The ticket that this one is a part of; a part has no parts of its own';
COMMENT ON COLUMN work.ticket.duplicate_of IS
'The ticket about the same thing; this ticket is then closed and keeps its step';
COMMENT ON COLUMN work.ticket.solved_in_grid IS
'问题解决不出网格: closed without having been assigned above the grid; null: open, a duplicate, or not known';
COMMENT ON COLUMN work.ticket.method IS
'How the area was found: by the point (inside, edge, nearest), by a named area (code), or not at all (none)';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.record_ticket_change();
CREATE TRIGGER start_clock AFTER INSERT ON work.ticket FOR EACH ROW EXECUTE FUNCTION app.begin_clock();
CREATE TRIGGER turn_clock AFTER UPDATE OF step, due_at, closed_at ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.update_clock();
CREATE TRIGGER record_solving BEFORE UPDATE OF closed_at ON work.ticket
FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at) EXECUTE FUNCTION app.record_solving();
CREATE TRIGGER keep_path AFTER UPDATE ON work.ticket
FOR EACH ROW WHEN (OLD.path <> NEW.path OR OLD.area_version_id IS DISTINCT FROM NEW.area_version_id)
EXECUTE FUNCTION app.keep_path();
CREATE TRIGGER keep_state AFTER UPDATE ON work.ticket
FOR EACH ROW
WHEN (OLD.due_at <> NEW.due_at OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at))
EXECUTE FUNCTION app.keep_state();
CREATE TRIGGER count_ticket AFTER INSERT OR DELETE ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.record_counters();
CREATE TRIGGER count_change AFTER UPDATE ON work.ticket
FOR EACH ROW
WHEN (
    (OLD.path, OLD.network, OLD.due_at, OLD.category, OLD.source, OLD.received_at)
    <> (NEW.path, NEW.network, NEW.due_at, NEW.category, NEW.source, NEW.received_at)
    OR (OLD.area_version_id, OLD.closed_at, OLD.solved_in_grid)
    IS DISTINCT FROM (NEW.area_version_id, NEW.closed_at, NEW.solved_in_grid)
)
EXECUTE FUNCTION app.record_counters();
CREATE TRIGGER count_bins AFTER INSERT OR DELETE OR UPDATE OF geom, due_at, closed_at, network ON work.ticket
FOR EACH ROW EXECUTE FUNCTION app.record_bins();
-- A person's own login reads method and confidence in app.ticket_fact, where they are public, and ties not at all: a
-- plan that follows a tie counts it.
GRANT SELECT ON work.ticket TO gisgrid_service;
GRANT SELECT (
    ticket_id, number, network, category, workflow, step, source, area_version_id, area_id, path, geom, geom_3857,
    has_public_point, reported_at, received_at, due_at, closed_at, priority, due_hours, due_unit, solved_in_grid
) ON work.ticket TO gisgrid_viewer;
