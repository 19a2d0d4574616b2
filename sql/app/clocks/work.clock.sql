COMMENT ON TABLE work.clock IS
'The clocks of a ticket: the clock of its step, whether they are stopped, the next reminder';
COMMENT ON COLUMN work.clock.step_number IS
'The number of the present step since the ticket came, from 1; a return counts';
COMMENT ON COLUMN work.clock.paused_at IS 'When the clocks were stopped; null: they run';
COMMENT ON COLUMN work.clock.remind_at IS
'When the next reminder may be due; null: the ticket is closed or its clocks stopped';
COMMENT ON COLUMN work.clock.whole_since IS
'When a reopened ticket''s clock began; null: the clock began with the ticket';
GRANT SELECT ON work.clock TO gisgrid_service, gisgrid_viewer;
