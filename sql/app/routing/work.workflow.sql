COMMENT ON TABLE work.workflow IS 'A template of steps';
GRANT SELECT ON work.workflow TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.workflow
FOR EACH ROW EXECUTE FUNCTION app.note_change('workflow', 'workflow');
