GRANT SELECT ON work.workflow TO gisgrid_service, gisgrid_viewer;
