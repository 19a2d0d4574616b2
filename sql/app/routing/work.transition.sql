COMMENT ON TABLE work.transition IS 'Which step may follow which, and which roles may take it';
COMMENT ON COLUMN work.transition.kind IS
'forward; return: back to whoever had it before, and why; reopen: from a step that closes';
COMMENT ON COLUMN work.transition.needs IS 'What whoever takes it must give: a note, a photo taken in this step';
COMMENT ON COLUMN work.transition.clock IS
'stop: the clocks stand still once it is taken; start: they run again if they stood; null: they go on as they were';
CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.transition
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.check_workflow();
GRANT SELECT ON work.transition TO gisgrid_service, gisgrid_viewer;
