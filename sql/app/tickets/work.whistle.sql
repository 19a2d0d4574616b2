COMMENT ON TABLE work.whistle IS
'吹哨报到: departments called in to a ticket; each reports in, and is done by a clock of its own';
ALTER TABLE work.whistle ENABLE ROW LEVEL SECURITY;
CREATE POLICY whistle_is_seen_with_its_ticket ON work.whistle FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = whistle.ticket_id));
GRANT SELECT ON work.whistle TO gisgrid_service;
