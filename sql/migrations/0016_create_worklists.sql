-- Work lists: whose tickets are mine, and indexes by which each list is read without reading all the others.
ALTER TABLE core.account ADD COLUMN person_id bigint REFERENCES core.person;
COMMENT ON COLUMN core.account.person_id IS
'Whose account this is: the posts of this person are his; null: those in the role on the account''s area';

ALTER TABLE core.account_role ADD COLUMN post_roles text [] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN core.account_role.post_roles IS
'Whose posts on its own area are meant by mine, for an account that is bound to no person';
UPDATE core.account_role SET post_roles = '{worker,head}' WHERE role = 'worker';
UPDATE core.account_role SET post_roles = '{centre}' WHERE role IN ('dispatcher', 'supervisor');

-- The most urgent first.
DROP INDEX work.ticket_open_due;
CREATE INDEX ticket_open_due ON work.ticket (due_at, ticket_id) WHERE closed_at IS NULL;
CREATE INDEX ticket_open_no_grid ON work.ticket (due_at, ticket_id)
WHERE closed_at IS NULL AND area_version_id IS NULL;
CREATE INDEX ticket_open_near_edge ON work.ticket (due_at, ticket_id)
WHERE closed_at IS NULL AND (method IN ('edge', 'nearest') OR confidence < 1);
CREATE INDEX ticket_private_department ON work.ticket_private (department) WHERE department IS NOT NULL;
CREATE INDEX clock_paused ON work.clock (ticket_id) WHERE paused_at IS NOT NULL;
