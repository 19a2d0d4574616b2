GRANT SELECT ON core.network TO gisgrid_service, gisgrid_viewer;
