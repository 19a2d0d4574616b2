GRANT SELECT ON core.permission TO gisgrid_service, gisgrid_viewer;
