COMMENT ON TABLE core.action IS
'Value list: what an account may be allowed to do, whatever its area; see_<layer>: see that layer of the map';
GRANT SELECT ON core.action TO gisgrid_service, gisgrid_viewer;
