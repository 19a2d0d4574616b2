GRANT SELECT ON core.alias TO gisgrid_service, gisgrid_viewer;
