COMMENT ON TABLE work.post_change IS
'What tickets were before they changed, not yet added up in work.post_sum: public facts or whose they were, a row each. Of '
'each kind the first row of a ticket is what the sums have of it; without one they have what it is now. Rows tell whose a '
'ticket was and which grid it has left, so that nobody but the owner reads them';
COMMENT ON COLUMN work.post_change.post_change_id IS
'In the order in which one ticket changed: drawn while its row is held';
COMMENT ON COLUMN work.post_change.is_private IS
'A row of work.ticket_private: path, post_id, department; false: of work.ticket, the other columns';
COMMENT ON COLUMN work.post_change.was_there IS 'False: the ticket came, no sum has it';
