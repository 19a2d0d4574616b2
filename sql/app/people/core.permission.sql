COMMENT ON TABLE core.permission IS 'Which role may do which action; app.may reads the table, the API lists it as may';
GRANT SELECT ON core.permission TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.permission
FOR EACH ROW EXECUTE FUNCTION app.note_change('permission', 'role', 'role', 'action');
