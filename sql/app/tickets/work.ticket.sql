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
