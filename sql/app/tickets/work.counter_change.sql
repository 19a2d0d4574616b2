COMMENT ON TABLE work.counter_change IS
'What changed in counters (work.counter) and kept sums (work.leaf_sum, work.area_sum, work.day_sum), not yet added up: '
'facts of tickets, taken away or added. Rows tell which grid a ticket has left, so that nobody but the owner reads them';
COMMENT ON COLUMN work.counter_change.tickets IS '1: these facts are added; -1: they are taken away';
COMMENT ON COLUMN work.counter_change.due_at IS 'When the tickets of the row are due';
COMMENT ON COLUMN work.counter_change.received_at IS 'Null: a row of counters alone';
