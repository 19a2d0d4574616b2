COMMENT ON TABLE work.counter_time IS 'One row: by which instant are the tickets due that work.counter says are overdue?';
