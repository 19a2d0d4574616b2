ALTER TABLE work.photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY photo_is_seen_with_its_ticket ON work.photo FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = photo.ticket_id));
GRANT SELECT ON work.photo TO gisgrid_service;
