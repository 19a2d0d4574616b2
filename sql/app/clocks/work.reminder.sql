COMMENT ON TABLE work.reminder IS 'What was said of a ticket''s clocks: each kind once, whoever comes first';
