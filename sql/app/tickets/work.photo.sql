COMMENT ON TABLE work.photo IS 'Photos of tickets, for those who may read the ticket''s words';
COMMENT ON COLUMN work.photo.kind IS 'report: the reporter sent the photo; work: staff added it';
COMMENT ON COLUMN work.photo.actor IS 'The account that added the photo; null: the reporter';
COMMENT ON COLUMN work.photo.name IS
'The name of the file, random, without ending: <first two>/<name>.jpg and .small.jpg';
COMMENT ON COLUMN work.photo.sha256 IS 'Of the file as it is kept: encoded again, without the camera''s metadata';
ALTER TABLE work.photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY photo_is_seen_with_its_ticket ON work.photo FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = photo.ticket_id));
GRANT SELECT ON work.photo TO gisgrid_service;
