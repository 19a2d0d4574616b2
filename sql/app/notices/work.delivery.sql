COMMENT ON TABLE work.delivery IS 'A notice on its way to one target: waiting, delivered, or parked';
COMMENT ON COLUMN work.delivery.since IS 'Since when the notice is tried; tried for too long, it is parked';
COMMENT ON COLUMN work.delivery.next_at IS
'When the notice is tried next; during an attempt, when the attempt counts as broken off';
COMMENT ON COLUMN work.delivery.claim IS
'The present attempt; an attempt whose claim was replaced may not record a failure';
COMMENT ON COLUMN work.delivery.said IS 'The result of the last attempt, as text';
