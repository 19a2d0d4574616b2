COMMENT ON TABLE work.leaf_sum IS
'What is kept of the tickets received in a month, quarter or year of UTC, or ever, on one path, assigned to one version '
'of a grid: how many closed, overdue, in time. What is not added up yet is in work.counter_change';
COMMENT ON COLUMN work.leaf_sum.starts IS '-infinity: of the span that is called ever';
COMMENT ON COLUMN work.leaf_sum.overdue IS 'Of the open ones, those due by work.counter_time.overdue_at';
COMMENT ON COLUMN work.leaf_sum.judged IS 'Of the closed ones, those of which it is known whether their grid solved them';
COMMENT ON COLUMN work.leaf_sum.microseconds IS
'From received to closed, of the closed ones: a sum of integers does not depend on the order of rows';
COMMENT ON COLUMN work.leaf_sum.area_version_id IS 'Null: outside every grid';
