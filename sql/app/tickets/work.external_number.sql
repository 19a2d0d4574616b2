COMMENT ON TABLE work.external_number IS 'Numbers of other systems; loading the same file twice makes no second ticket';
GRANT SELECT, INSERT ON work.external_number TO gisgrid_service;
