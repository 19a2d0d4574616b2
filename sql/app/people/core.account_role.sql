GRANT SELECT ON core.account_role TO gisgrid_service, gisgrid_viewer;
