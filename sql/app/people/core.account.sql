GRANT SELECT ON core.account TO gisgrid_service;
