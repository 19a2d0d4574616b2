GRANT SELECT ON core.area TO gisgrid_service, gisgrid_viewer;
