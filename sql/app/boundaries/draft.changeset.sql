COMMENT ON TABLE draft.changeset IS
'Change sets. Insert a row to open one; status published publishes it, discarded ends it unpublished, undone takes it back';
COMMENT ON COLUMN draft.changeset.area_code IS 'The area whose leaves may be redrawn; null: the whole network';
COMMENT ON COLUMN draft.changeset.valid_from IS
'From when on the change set applies; left alone: from its publishing on';
COMMENT ON COLUMN draft.changeset.starts_on IS
'valid_from as people write dates (2026-12-01, 2026年12月1日 8:30); null: from its publishing on';
COMMENT ON COLUMN draft.changeset.policy IS
'move: open tickets on ground that changes hands are relocated; stay: they stay with their grid until it ends';
COMMENT ON COLUMN draft.changeset.ground IS 'May the covered ground change? keep: no; gain: it may grow; any: yes';
COMMENT ON COLUMN draft.changeset.opened_by IS 'The account, database login or machine/NAME that opened it';
COMMENT ON COLUMN draft.changeset.published_by IS 'Who published it, perhaps for a day to come; null: nobody yet';
COMMENT ON COLUMN draft.changeset.published_at IS
'When the change set went live; null with status published: it waits for its date';
COMMENT ON COLUMN draft.changeset.followed_at IS 'When all tickets and other things were relocated';
COMMENT ON COLUMN draft.changeset.undoes IS 'The change set that this one undoes';
COMMENT ON COLUMN draft.changeset.is_dated IS 'Did somebody choose valid_from?';
COMMENT ON COLUMN draft.changeset.is_filled IS 'Was the draft filled with the live leaves when it was opened?';
COMMENT ON COLUMN draft.changeset.solution IS
'Write mine, theirs or both here, and all conflicts of the draft are solved so; empty again afterwards';
COMMENT ON COLUMN draft.changeset.together_with IS
'Codes of further areas whose leaves may be redrawn: a change set of several, opened and published from above them';
COMMENT ON COLUMN draft.changeset.areas IS
'The areas whose leaves may be redrawn; {0}: all of the network';
COMMENT ON COLUMN draft.changeset.path IS
'The path of the area, or what is above all of several; row policies compare it with the editor''s scope';
COMMENT ON COLUMN draft.changeset.is_approved IS
'Did somebody above the area publish the change set (app.may_approve)? Kept for the day when the worker takes it live';
ALTER TABLE draft.changeset ENABLE ROW LEVEL SECURITY;
-- The editors of any of its areas see a change set and draw in it. Its path is for those who open, publish and end it:
-- above all of its areas, or in the only one.
CREATE POLICY changeset_is_in_scope ON draft.changeset
USING (path && (SELECT app.scope())) WITH CHECK (path && (SELECT app.scope()));
CREATE POLICY changeset_is_shared ON draft.changeset FOR SELECT
USING (areas && (SELECT app.scope()));
CREATE TRIGGER a_clear_changeset BEFORE INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.clear_changeset();
CREATE TRIGGER open_changeset BEFORE INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.open_changeset();
CREATE TRIGGER fill_changeset AFTER INSERT ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.fill_changeset();
CREATE TRIGGER refuse_crowding AFTER INSERT ON draft.changeset
FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_crowding();
CREATE TRIGGER guard_changeset BEFORE UPDATE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.guard_changeset();
-- For saves by hand only: app.try_publish, which runs as the owner, does the same itself.
CREATE TRIGGER set_date BEFORE UPDATE OF status ON draft.changeset
FOR EACH ROW
WHEN (OLD.status = 'open' AND NEW.status = 'published' AND current_user <> 'gisgrid_owner')
EXECUTE FUNCTION app.date_changeset();
CREATE TRIGGER z_show_date BEFORE INSERT OR UPDATE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.show_date();
CREATE TRIGGER prepare_changeset AFTER UPDATE OF status ON draft.changeset
FOR EACH ROW
WHEN (OLD.status = 'open' AND NEW.status = 'published' AND current_user <> 'gisgrid_owner')
EXECUTE FUNCTION app.prepare_on_publish();
CREATE CONSTRAINT TRIGGER flip_changeset AFTER UPDATE OF status ON draft.changeset
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW
WHEN (
    NEW.status = 'published' AND CASE current_user
        WHEN 'gisgrid_owner' THEN
            OLD.status = 'published' AND NEW.published_at IS NULL AND current_setting('gisgrid.flip', true) = 'asked'
        ELSE OLD.status = 'open'
    END
)
EXECUTE FUNCTION app.flip_at_commit();
CREATE TRIGGER refuse_no_row_updated AFTER UPDATE ON draft.changeset
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_no_row();
CREATE CONSTRAINT TRIGGER check_changed AFTER UPDATE OF valid_from, starts_on, policy, ground ON draft.changeset
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    current_user <> 'gisgrid_owner' AND new.status = 'open'
    AND (new.valid_from, new.policy, new.ground) IS DISTINCT FROM (old.valid_from, old.policy, old.ground)
) EXECUTE FUNCTION app.check_changed();
CREATE TRIGGER guard_deleted BEFORE DELETE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.guard_deleted();
CREATE TRIGGER refuse_no_row_deleted AFTER DELETE ON draft.changeset
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_no_row();
GRANT SELECT ON draft.changeset TO gisgrid_service;
GRANT SELECT, INSERT, DELETE ON draft.changeset TO gisgrid_editor;
CREATE TRIGGER solve_conflicts AFTER UPDATE OF solution ON draft.changeset
FOR EACH ROW WHEN (new.solution IS NOT NULL AND current_user <> 'gisgrid_owner') EXECUTE FUNCTION app.solve_by_hand();
GRANT UPDATE (area_code, network, title, status, valid_from, starts_on, policy, ground, solution, together_with)
ON draft.changeset TO gisgrid_editor;
GRANT INSERT (area_code, together_with, network, title, valid_from, policy, ground)
ON draft.changeset TO gisgrid_service;
GRANT UPDATE (title, status, valid_from, policy, ground, is_dated) ON draft.changeset TO gisgrid_service;
GRANT USAGE ON SEQUENCE draft.changeset_id_seq TO gisgrid_service, gisgrid_editor;
CREATE TRIGGER note_change AFTER INSERT OR DELETE OR UPDATE OF status, valid_from, policy, ground ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.note_change(
    'changeset', 'changeset_id', 'area_code', 'network', 'status', 'valid_from', 'policy', 'ground', 'undoes',
    'published_at'
);
CREATE TRIGGER tell_qgis AFTER INSERT OR UPDATE OR DELETE ON draft.changeset
FOR EACH STATEMENT EXECUTE FUNCTION app.tell_qgis();
CREATE TRIGGER name_publisher BEFORE INSERT OR UPDATE ON draft.changeset
FOR EACH ROW EXECUTE FUNCTION app.name_publisher();
