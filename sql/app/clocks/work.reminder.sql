COMMENT ON TABLE work.reminder IS
'The reminders that were written for a ticket: each kind once, however many workers run';
