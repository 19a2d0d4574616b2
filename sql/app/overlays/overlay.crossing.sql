ALTER TABLE overlay.crossing ENABLE ROW LEVEL SECURITY;
CREATE POLICY crossing_is_in_scope ON overlay.crossing TO gisgrid_service
USING (path && app.service_private_scope());
CREATE TRIGGER note_change AFTER INSERT ON overlay.crossing
FOR EACH ROW EXECUTE FUNCTION app.record_overlay_change('patrol');
GRANT SELECT ON overlay.crossing TO gisgrid_service;
