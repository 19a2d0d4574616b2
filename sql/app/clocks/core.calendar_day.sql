COMMENT ON TABLE core.calendar_day IS
'Which days are working days: public holidays and make-up days; local rows win over those of the shipped calendar';
COMMENT ON COLUMN core.calendar_day.name IS 'The holiday''s name; a day off without one is a weekend';
CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.calendar_day
FOR EACH STATEMENT EXECUTE FUNCTION app.refresh_work_span();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON core.calendar_day
FOR EACH ROW WHEN (new.source = 'local') EXECUTE FUNCTION app.note_change('calendar', 'date', 'is_working', 'name');
CREATE TRIGGER note_removal AFTER DELETE ON core.calendar_day
FOR EACH ROW WHEN (old.source = 'local') EXECUTE FUNCTION app.note_change('calendar', 'date', 'is_working', 'name');
GRANT SELECT ON core.calendar_day TO gisgrid_service, gisgrid_viewer;
