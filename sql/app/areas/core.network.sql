COMMENT ON TABLE core.network IS 'A set of areas that covers the ground once: the base grid, or a department''s own';
GRANT SELECT ON core.network TO gisgrid_service, gisgrid_viewer;
