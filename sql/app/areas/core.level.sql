GRANT SELECT ON core.level TO gisgrid_service, gisgrid_viewer;
