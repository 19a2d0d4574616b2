COMMENT ON TABLE work.public_words IS 'What staff write about a ticket for everybody, at most 400 characters';
GRANT SELECT ON work.public_words TO gisgrid_service;
