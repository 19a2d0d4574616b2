COMMENT ON TABLE work.former_state IS
'When a ticket was closed before it was opened again, when it was due before that changed; append only';
CREATE TRIGGER former_append BEFORE UPDATE OR DELETE ON work.former_state
FOR EACH STATEMENT EXECUTE FUNCTION app.former_append();
GRANT SELECT ON work.former_state TO gisgrid_service, gisgrid_viewer;
