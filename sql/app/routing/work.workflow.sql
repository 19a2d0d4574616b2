COMMENT ON TABLE work.workflow IS 'A template of steps';
GRANT SELECT ON work.workflow TO gisgrid_service, gisgrid_viewer;
