COMMENT ON TABLE work.rating IS 'Ratings of finished work (党群评议), by rater: 1 bad to 5 good';
ALTER TABLE work.rating ENABLE ROW LEVEL SECURITY;
CREATE POLICY rating_is_seen_with_its_ticket ON work.rating FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = rating.ticket_id));
GRANT SELECT ON work.rating TO gisgrid_service;
