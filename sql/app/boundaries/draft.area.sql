COMMENT ON TABLE draft.area IS 'The leaves of a change set''s area as they would be after publishing, one row a leaf';
COMMENT ON COLUMN draft.area.origin_code IS 'The code of the area that this part was split from';
COMMENT ON COLUMN draft.area.base_version_id IS 'The live version that this row was copied from';
COMMENT ON COLUMN draft.area.is_changed IS 'Does the row differ from base_version_id''s version?';
COMMENT ON COLUMN draft.area.is_redrawn IS 'Does it differ in more than its name?';
COMMENT ON COLUMN draft.area.is_sound IS 'Is its shape valid? Found when the shape is saved; null: it has none';
COMMENT ON COLUMN draft.area.revision IS 'How often the row was saved; written as a negative number: the one altered';
ALTER TABLE draft.area ENABLE ROW LEVEL SECURITY;
CREATE POLICY draft_is_in_scope ON draft.area
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c))
WITH CHECK (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
CREATE TRIGGER a_guard_area BEFORE INSERT OR UPDATE OR DELETE ON draft.area
FOR EACH ROW EXECUTE FUNCTION app.guard_area();
CREATE TRIGGER b_mark_changed BEFORE INSERT OR UPDATE ON draft.area
FOR EACH ROW EXECUTE FUNCTION app.mark_changed();
CREATE TRIGGER refuse_no_row_updated AFTER UPDATE ON draft.area
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_no_row();
CREATE TRIGGER refuse_no_row_deleted AFTER DELETE ON draft.area
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_no_row();
CREATE TRIGGER note_saved_inserted AFTER INSERT ON draft.area
REFERENCING NEW TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION app.record_saved();
CREATE TRIGGER note_saved_updated AFTER UPDATE ON draft.area
REFERENCING NEW TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION app.record_saved();
CREATE TRIGGER note_saved_deleted AFTER DELETE ON draft.area
REFERENCING OLD TABLE AS saved_row FOR EACH STATEMENT EXECUTE FUNCTION app.record_saved();
CREATE TRIGGER refuse_crowding AFTER INSERT ON draft.area
FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_crowding();
CREATE CONSTRAINT TRIGGER check_saved AFTER INSERT OR UPDATE OR DELETE ON draft.area
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_user <> 'gisgrid_owner') EXECUTE FUNCTION app.check_at_commit();
GRANT SELECT ON draft.area TO gisgrid_service;
GRANT SELECT, INSERT, DELETE ON draft.area TO gisgrid_editor;
-- Every column: what QGIS merges it writes whole, its key too; the guard keeps what is not to be changed by hand.
GRANT UPDATE ON draft.area TO gisgrid_editor;
GRANT USAGE ON SEQUENCE draft.area_id_seq TO gisgrid_editor;
