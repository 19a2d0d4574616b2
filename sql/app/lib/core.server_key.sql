COMMENT ON TABLE core.server_key IS 'Keys that all servers of this district share; the first migration makes them';
GRANT SELECT ON core.server_key TO gisgrid_service;
