COMMENT ON TABLE work.client_ref IS 'Idempotency: the same key with the same body gives the same ticket again';
GRANT SELECT, INSERT ON work.client_ref TO gisgrid_service;
