CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.calendar_day
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT ON core.calendar_day TO gisgrid_service, gisgrid_viewer;
