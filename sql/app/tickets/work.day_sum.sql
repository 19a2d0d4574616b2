COMMENT ON TABLE work.day_sum IS
'What is kept of the tickets received on a day of the district in an area above the grids; area 0: everywhere. '
'What is not added up yet is in work.counter_change';
COMMENT ON COLUMN work.day_sum.overdue IS 'Of the open ones, those due by work.counter_time.overdue_at';
COMMENT ON COLUMN work.day_sum.judged IS 'Of the closed ones, those of which it is known whether their grid solved them';
COMMENT ON COLUMN work.day_sum.microseconds IS
'From received to closed, of the closed ones: a sum of integers does not depend on the order of rows';
