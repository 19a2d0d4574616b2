COMMENT ON TABLE work.pause IS 'When a ticket waited for its reporter, from-to; its clocks were stopped';
ALTER TABLE work.pause ENABLE ROW LEVEL SECURITY;
CREATE POLICY pause_is_seen_with_its_ticket ON work.pause FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = pause.ticket_id));
GRANT SELECT ON work.pause TO gisgrid_service;
