COMMENT ON TABLE work.counter_time IS
'One row: by which instant are the tickets due that kept counters and sums say are overdue?';
COMMENT ON COLUMN work.counter_time.posts_overdue_at IS 'As overdue_at, of work.post_sum';
COMMENT ON COLUMN work.counter_time.zone IS 'The zone whose days work.day_sum has';
