COMMENT ON TABLE draft.problem IS
'The faults that a check found in a draft, each with its place; written at every save';
COMMENT ON COLUMN draft.problem.message IS 'What is wrong, with the codes, in English';
COMMENT ON COLUMN draft.problem.message_zh IS 'The message in Chinese';
COMMENT ON COLUMN draft.problem.remedy IS 'What the editor can do, in English';
COMMENT ON COLUMN draft.problem.remedy_zh IS 'The remedy in Chinese';
COMMENT ON COLUMN draft.problem.solution IS
'Of a conflict: write mine, theirs or both here, and it is solved so; empty again with the check that follows';
ALTER TABLE draft.problem ENABLE ROW LEVEL SECURITY;
CREATE POLICY problem_is_in_scope ON draft.problem FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
CREATE POLICY solution_is_in_scope ON draft.problem FOR UPDATE
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
CREATE TRIGGER solve_conflict AFTER UPDATE OF solution ON draft.problem
FOR EACH ROW WHEN (new.solution IS NOT NULL AND current_user <> 'gisgrid_owner') EXECUTE FUNCTION app.solve_by_hand();
CREATE TRIGGER refuse_no_row_updated AFTER UPDATE ON draft.problem
REFERENCING OLD TABLE AS old_row FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_no_row();
GRANT UPDATE (solution) ON draft.problem TO gisgrid_editor;
GRANT SELECT ON draft.problem TO gisgrid_service, gisgrid_editor;
