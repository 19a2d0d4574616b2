-- A notice is of a ticket or of a change set. A change set can be deleted after its notice, so nothing refers to it.
ALTER TABLE work.outbox
ALTER COLUMN ticket_id DROP NOT NULL,
ADD COLUMN changeset_id bigint,
ADD CONSTRAINT a_notice_is_of_a_ticket_or_of_a_change_set CHECK (num_nonnulls(ticket_id, changeset_id) = 1);
ALTER TABLE work.delivery ALTER COLUMN ticket_id DROP NOT NULL;
INSERT INTO core.action (action, name_zh, name_en) VALUES
('hear_of_boundaries', '获知被拒绝的变更集', 'be named to when a change set is refused on its day');
INSERT INTO core.permission (role, action) VALUES ('supervisor', 'hear_of_boundaries');
