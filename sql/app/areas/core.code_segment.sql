GRANT SELECT ON core.code_segment TO gisgrid_service, gisgrid_viewer;
