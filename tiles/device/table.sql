ALTER TABLE overlay.device ENABLE ROW LEVEL SECURITY;
CREATE POLICY device_is_in_scope ON overlay.device TO gisgrid_service USING (path && app.service_scope());
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.device
FOR EACH ROW EXECUTE FUNCTION app.record_overlay_change('device');
GRANT SELECT ON overlay.device TO gisgrid_service;
