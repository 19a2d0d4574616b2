CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_path
FOR EACH STATEMENT EXECUTE FUNCTION app.former_append();
GRANT SELECT ON work.former_path TO gisgrid_service, gisgrid_viewer;
