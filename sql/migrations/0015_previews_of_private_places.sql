-- A preview lists a ticket whose exact place is private to those who may read it, and counts it to others: else a line
-- that is moved in a draft asks on which side of it a home lies. Rows that are not for everybody are numbered apart,
-- because the numbers of the others would count them.
ALTER TABLE draft.preview_row ADD COLUMN private_path bigint [];
CREATE SEQUENCE draft.preview_private_id_seq INCREMENT -1;
DELETE FROM draft.preview_row;
