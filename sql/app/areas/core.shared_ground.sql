COMMENT ON TABLE core.shared_ground IS
'The share of one grid''s shape that lies in another grid''s shape, of one network, whenever they applied; no row: none. '
'Reckoned when the later one of the two is published';
GRANT SELECT ON core.shared_ground TO gisgrid_service, gisgrid_viewer;
