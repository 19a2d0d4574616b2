GRANT SELECT ON core.post_role TO gisgrid_service, gisgrid_viewer;
