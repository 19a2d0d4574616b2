ALTER TABLE draft.problem ENABLE ROW LEVEL SECURITY;
CREATE POLICY problem_is_in_scope ON draft.problem FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
GRANT SELECT ON draft.problem TO gisgrid_service, gisgrid_editor;
