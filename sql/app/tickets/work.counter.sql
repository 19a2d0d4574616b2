COMMENT ON TABLE work.counter IS
'How many tickets are on a path of areas or below it? Added up by app.add_up_counters; what is not added up yet is in '
'work.counter_change. Read by app.counters alone';
COMMENT ON COLUMN work.counter.path IS 'The areas from the top (0) to the area that is counted';
COMMENT ON COLUMN work.counter.overdue IS 'Of the open ones, those due by work.counter_time.overdue_at';
