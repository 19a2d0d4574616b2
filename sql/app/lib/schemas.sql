COMMENT ON SCHEMA app IS
'Functions and views over the data; a deploy drops and rebuilds the schema when its text has changed';
COMMENT ON SCHEMA tile IS
'One function a tile layer, which returns the rows of a tile; rebuilt together with schema app';
GRANT USAGE ON SCHEMA core, draft, work, overlay, app, tile TO gisgrid_service;
-- Schema draft keeps the QGIS projects as well, which every login may open.
GRANT USAGE ON SCHEMA core, draft, work, overlay, app, tile TO gisgrid_viewer;
