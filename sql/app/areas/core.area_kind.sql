GRANT SELECT ON core.area_kind TO gisgrid_service, gisgrid_viewer;
