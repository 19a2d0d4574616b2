-- A change says which ticket it is about, so that a listener takes over one row instead of reading a list again.
ALTER TABLE core.change ADD COLUMN ticket_id bigint;
