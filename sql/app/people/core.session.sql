GRANT SELECT, INSERT, DELETE ON core.session TO gisgrid_service;
