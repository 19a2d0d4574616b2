COMMENT ON TABLE draft.problem IS 'What a check found, with its place; written whenever a draft is saved';
COMMENT ON COLUMN draft.problem.message IS 'What is wrong, with codes, in English';
COMMENT ON COLUMN draft.problem.message_zh IS 'The same in Chinese';
COMMENT ON COLUMN draft.problem.remedy IS 'What to do about it, in English';
COMMENT ON COLUMN draft.problem.remedy_zh IS 'The same in Chinese';
ALTER TABLE draft.problem ENABLE ROW LEVEL SECURITY;
CREATE POLICY problem_is_in_scope ON draft.problem FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
GRANT SELECT ON draft.problem TO gisgrid_service, gisgrid_editor;
