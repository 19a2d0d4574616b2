COMMENT ON TABLE core.post_role IS
'Value list: the roles of 1+1+1+N and others. On one area the post on duty with the lowest rank takes a report';
COMMENT ON COLUMN core.post_role.staffs_grids IS '1+1+1+N: does a base grid without such a post get a warning?';
GRANT SELECT ON core.post_role TO gisgrid_service, gisgrid_viewer;
