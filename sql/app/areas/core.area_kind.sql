COMMENT ON TABLE core.area_kind IS 'Value list: a special grid stands over base grids and comes first';
GRANT SELECT ON core.area_kind TO gisgrid_service, gisgrid_viewer;
