GRANT SELECT ON work.clock TO gisgrid_service, gisgrid_viewer;
