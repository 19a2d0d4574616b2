COMMENT ON TABLE core.network IS
'A set of areas that covers the ground once: the base grids, or the grids of a department';
GRANT SELECT ON core.network TO gisgrid_service, gisgrid_viewer;
