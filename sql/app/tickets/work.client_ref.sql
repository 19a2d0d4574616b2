GRANT SELECT, INSERT ON work.client_ref TO gisgrid_service;
