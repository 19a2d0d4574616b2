GRANT SELECT ON core.lineage TO gisgrid_service, gisgrid_viewer;
