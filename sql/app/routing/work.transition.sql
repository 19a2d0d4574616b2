CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.transition
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.check_workflow();
GRANT SELECT ON work.transition TO gisgrid_service, gisgrid_viewer;
