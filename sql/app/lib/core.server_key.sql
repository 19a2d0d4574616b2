COMMENT ON TABLE core.server_key IS 'Keys that every server of this district shares, made at first migration';
GRANT SELECT ON core.server_key TO gisgrid_service;
