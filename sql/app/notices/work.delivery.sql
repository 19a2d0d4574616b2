COMMENT ON TABLE work.delivery IS 'A notice on its way to one target: waiting, delivered, or parked';
COMMENT ON COLUMN work.delivery.since IS 'Since when it is tried; parked when that is too long ago';
COMMENT ON COLUMN work.delivery.next_at IS 'When it is tried next; while it is being sent, when that counts as broken off';
COMMENT ON COLUMN work.delivery.claim IS 'Who is sending it: one that was taken over may not say that it failed';
COMMENT ON COLUMN work.delivery.said IS 'What the last attempt came to';
