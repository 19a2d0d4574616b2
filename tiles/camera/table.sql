ALTER TABLE overlay.camera ENABLE ROW LEVEL SECURITY;
CREATE POLICY camera_is_in_scope ON overlay.camera TO gisgrid_service USING (path && app.service_scope());
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.camera
FOR EACH ROW EXECUTE FUNCTION app.record_overlay_change('camera');
GRANT SELECT ON overlay.camera TO gisgrid_service;
CREATE TRIGGER record_bins AFTER INSERT OR UPDATE OR DELETE ON overlay.camera
FOR EACH ROW EXECUTE FUNCTION app.record_camera_bins();
