COMMENT ON TABLE core.post_role IS 'Value list: 1+1+1+N and below; of one area the lowest rank on duty takes a report';
GRANT SELECT ON core.post_role TO gisgrid_service, gisgrid_viewer;
