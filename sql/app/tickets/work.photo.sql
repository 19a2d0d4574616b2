COMMENT ON TABLE work.photo IS 'Photos of tickets: seen by whoever sees the ticket''s words';
COMMENT ON COLUMN work.photo.kind IS 'report: the reporter sent it; work: somebody of the staff added it';
COMMENT ON COLUMN work.photo.actor IS 'The account that added it; null: the reporter';
COMMENT ON COLUMN work.photo.name IS 'The name of its file, random, without ending: <first two>/<name>.jpg and .small.jpg';
COMMENT ON COLUMN work.photo.sha256 IS 'Of the file as it is kept: encoded anew, without what cameras write into pictures';
ALTER TABLE work.photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY photo_is_seen_with_its_ticket ON work.photo FOR SELECT
USING (EXISTS (SELECT 1 FROM work.ticket_private AS p WHERE p.ticket_id = photo.ticket_id));
GRANT SELECT ON work.photo TO gisgrid_service;
