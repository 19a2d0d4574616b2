COMMENT ON TABLE draft.problem IS
'The faults that a check found in a draft, each with its place; written at every save';
COMMENT ON COLUMN draft.problem.message IS 'What is wrong, with the codes, in English';
COMMENT ON COLUMN draft.problem.message_zh IS 'The message in Chinese';
COMMENT ON COLUMN draft.problem.remedy IS 'What the editor can do, in English';
COMMENT ON COLUMN draft.problem.remedy_zh IS 'The remedy in Chinese';
ALTER TABLE draft.problem ENABLE ROW LEVEL SECURITY;
CREATE POLICY problem_is_in_scope ON draft.problem FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
GRANT SELECT ON draft.problem TO gisgrid_service, gisgrid_editor;
