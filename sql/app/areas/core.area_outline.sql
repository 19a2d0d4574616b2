COMMENT ON TABLE core.area_outline IS
'The shape of an area version for tiles below zoom 16, kept; EPSG:3857. M of a corner: from which zoom on it is drawn';
GRANT SELECT ON core.area_outline TO gisgrid_service, gisgrid_viewer;
COMMENT ON TABLE core.outline_due IS 'Area versions were added whose outlines the worker has not drawn yet';
CREATE TRIGGER ask_for_outlines AFTER INSERT ON core.area_version
FOR EACH STATEMENT EXECUTE FUNCTION app.ask_for_outlines();
