GRANT SELECT ON core.server_key TO gisgrid_service;
