COMMENT ON TABLE core.action IS
'Value list: the actions that a role may be permitted, in all its areas; see_<layer>: see that layer of the map; '
'see_audit: the audit trail';
GRANT SELECT ON core.action TO gisgrid_service, gisgrid_viewer;
