COMMENT ON TABLE work.step IS
'The steps of a workflow; a routed report enters at is_first_routed, an unrouted one at is_unrouted';
COMMENT ON COLUMN work.step.due_hours IS 'How long the step may take; null: as long as the whole ticket';
CREATE CONSTRAINT TRIGGER check_workflow AFTER INSERT OR UPDATE OR DELETE ON work.step
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.check_workflow();
GRANT SELECT ON work.step TO gisgrid_service, gisgrid_viewer;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON work.step
FOR EACH ROW EXECUTE FUNCTION app.note_change('step', 'step', 'workflow');
