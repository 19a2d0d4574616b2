COMMENT ON TABLE work.clock IS 'How the clocks of a ticket stand: its step''s, whether it is stopped, when to look again';
COMMENT ON COLUMN work.clock.step_number IS 'Which step this is since the ticket came, counted from 1; a return counts';
COMMENT ON COLUMN work.clock.paused_at IS 'Since when the clock stands still; null: it runs';
COMMENT ON COLUMN work.clock.remind_at IS 'When the next reminder may be due; null: closed or stopped';
COMMENT ON COLUMN work.clock.whole_since IS 'Since when the clock of the whole runs, if not since the ticket came: it was reopened then';
GRANT SELECT ON work.clock TO gisgrid_service, gisgrid_viewer;
