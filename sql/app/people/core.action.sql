GRANT SELECT ON core.action TO gisgrid_service, gisgrid_viewer;
