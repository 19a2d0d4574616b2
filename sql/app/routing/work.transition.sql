COMMENT ON TABLE work.transition IS 'Which step may come after which, and which roles may take it';
COMMENT ON COLUMN work.transition.kind IS
'forward; return: back to the assignee before, with a reason; reopen: from a closing step';
COMMENT ON COLUMN work.transition.needs IS
'What the person who takes the step must give: a note, a photo taken in this step';
COMMENT ON COLUMN work.transition.clock IS
'stop: taking it stops the clocks; start: taking it starts stopped clocks again; null: the clocks stay as they are';
CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.transition
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.check_workflow();
GRANT SELECT ON work.transition TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.transition
FOR EACH ROW EXECUTE FUNCTION app.note_change(
    'transition', 'from_step', 'workflow', 'to_step', 'roles', 'kind', 'needs'
);
