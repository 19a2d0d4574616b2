COMMENT ON TABLE core.heartbeat IS 'A part of the service that runs by itself; its row goes when it ends on purpose';
COMMENT ON COLUMN core.heartbeat.beats IS 'Who sees the same number for longer than `patience` knows that it is silent';
COMMENT ON COLUMN core.heartbeat.patience IS 'The next beat comes within this time';
COMMENT ON COLUMN core.heartbeat.failing_since IS 'Since when every turn has failed; null: the last turn was well';
GRANT SELECT ON core.heartbeat TO gisgrid_service;
