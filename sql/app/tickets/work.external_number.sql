GRANT SELECT, INSERT ON work.external_number TO gisgrid_service;
