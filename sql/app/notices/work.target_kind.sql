GRANT SELECT ON work.target_kind TO gisgrid_service, gisgrid_viewer;
