COMMENT ON TABLE work.client_ref IS
'Keys of clients: a report sent again with the same key and body returns the same ticket';
GRANT SELECT, INSERT ON work.client_ref TO gisgrid_service;
