COMMENT ON TABLE core.post_role IS 'Value list: 1+1+1+N and below; of one area the lowest rank on duty takes a report';
COMMENT ON COLUMN core.post_role.staffs_grids IS '1+1+1+N: a base grid without such a post is warned of';
GRANT SELECT ON core.post_role TO gisgrid_service, gisgrid_viewer;
