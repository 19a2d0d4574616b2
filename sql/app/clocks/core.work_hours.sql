COMMENT ON TABLE core.work_hours IS 'When people work on a working day, in the district''s zone';
CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.work_hours
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT ON core.work_hours TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.work_hours
FOR EACH ROW EXECUTE FUNCTION app.note_change('work_hours', 'starts');
