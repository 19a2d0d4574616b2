CREATE TRIGGER refresh_work_span AFTER UPDATE OF zone ON core.deployment
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT (sample_loaded, zone, due_soon, calendar) ON core.deployment TO gisgrid_service;
