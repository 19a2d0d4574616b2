CREATE TRIGGER measure_rule BEFORE INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION app.measure_rule();
CREATE TRIGGER refuse_tied_rule AFTER INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION app.refuse_tied_rule();
GRANT SELECT ON work.rule TO gisgrid_service, gisgrid_viewer;
