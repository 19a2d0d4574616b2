ALTER TABLE draft.preview ENABLE ROW LEVEL SECURITY;
CREATE POLICY preview_is_in_scope ON draft.preview FOR SELECT
USING (changeset_id IN (SELECT c.changeset_id FROM draft.changeset AS c));
GRANT SELECT ON draft.preview TO gisgrid_service, gisgrid_editor;
