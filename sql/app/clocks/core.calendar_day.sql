COMMENT ON TABLE core.calendar_day IS
'Which days are working days: public holidays and make-up days; local rows win over those of the shipped calendar';
COMMENT ON COLUMN core.calendar_day.name IS 'The holiday''s name; a day off without one is a weekend';
CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.calendar_day
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
GRANT SELECT ON core.calendar_day TO gisgrid_service, gisgrid_viewer;
