COMMENT ON TABLE work.post_sum IS
'What is kept of the tickets received in a month, quarter or year of UTC, or ever, on one path that one post or '
'department has: how many closed, overdue, in time. What is not added up yet is in work.post_change. Read by app.post_sums alone, which shows '
'whose they are as work.ticket_private would';
COMMENT ON COLUMN work.post_sum.starts IS '-infinity: of the span that is called ever';
COMMENT ON COLUMN work.post_sum.post_id IS 'post_id and department null: nobody has them, or their words are not there';
COMMENT ON COLUMN work.post_sum.seen_on IS 'The path of the private row, which says who may see it; null: the same path';
COMMENT ON COLUMN work.post_sum.overdue IS 'Of the open ones, those due by work.counter_time.posts_overdue_at';
COMMENT ON COLUMN work.post_sum.microseconds IS
'From received to closed, of the closed ones: a sum of integers does not depend on the order of rows';
