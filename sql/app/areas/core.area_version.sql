CREATE TRIGGER only_close_the_record BEFORE UPDATE OR DELETE ON core.area_version
FOR EACH ROW EXECUTE FUNCTION app.only_close_the_record();
GRANT SELECT ON core.area_version TO gisgrid_service, gisgrid_viewer;
