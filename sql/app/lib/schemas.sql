COMMENT ON SCHEMA app IS 'Functions and views over the data; dropped and built again whenever their text changes';
COMMENT ON SCHEMA tile IS 'One function a layer, the rows of its tiles; dropped and built again with app';
GRANT USAGE ON SCHEMA core, draft, work, overlay, app, tile TO gisgrid_service;
-- Schema draft keeps the QGIS projects as well, which every login may open.
GRANT USAGE ON SCHEMA core, draft, work, overlay, app, tile TO gisgrid_viewer;
