GRANT SELECT ON work.source TO gisgrid_service, gisgrid_viewer;
