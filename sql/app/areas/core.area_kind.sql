COMMENT ON TABLE core.area_kind IS 'Value list: a special grid lies on base grids and takes precedence over them';
GRANT SELECT ON core.area_kind TO gisgrid_service, gisgrid_viewer;
