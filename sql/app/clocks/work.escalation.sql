GRANT SELECT ON work.escalation TO gisgrid_service, gisgrid_viewer;
