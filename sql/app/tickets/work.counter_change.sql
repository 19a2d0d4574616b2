COMMENT ON TABLE work.counter_change IS
'What changed in work.counter, by the path of a ticket, not yet added up. Rows tell which grid a ticket has left, so '
'that nobody but the owner reads them';
COMMENT ON COLUMN work.counter_change.due_at IS 'When the open tickets of the row are due';
