COMMENT ON TABLE core.version_shape IS
'Which shape has a version of a grid? The first version of the same area with exactly that shape';
GRANT SELECT ON core.version_shape TO gisgrid_service, gisgrid_viewer;
