COMMENT ON TABLE core.deployment IS 'One row: what this database was set up with';
COMMENT ON COLUMN core.deployment.sample_loaded IS 'Null: no sample asked for; false: loading was begun; true: it is in';
COMMENT ON COLUMN core.deployment.zone IS 'The district''s time zone: working hours, shifts and days of rules are its';
COMMENT ON COLUMN core.deployment.due_soon IS 'How long before its due time a ticket is due soon';
COMMENT ON COLUMN core.deployment.calendar IS 'Which calendar of public holidays the days were taken from';
CREATE TRIGGER refresh_work_span AFTER UPDATE OF zone ON core.deployment
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT (sample_loaded, zone, due_soon, calendar) ON core.deployment TO gisgrid_service;
