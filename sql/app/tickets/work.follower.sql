COMMENT ON TABLE work.follower IS
'Who sees the same thing as the reporter of a ticket; a key of the browser''s own, hashed with the ticket: nobody can be named by it';
COMMENT ON COLUMN work.follower.follower_sha256 IS 'SHA-256 of the ticket and of a key that only the follower knows';
GRANT SELECT (ticket_id) ON work.follower TO gisgrid_service;
