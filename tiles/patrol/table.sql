ALTER TABLE overlay.ping ENABLE ROW LEVEL SECURITY;
CREATE POLICY ping_is_in_scope ON overlay.ping TO gisgrid_service
USING (path && app.service_private_scope());
GRANT SELECT ON overlay.ping TO gisgrid_service;
ALTER TABLE overlay.patrol_cell ENABLE ROW LEVEL SECURITY;
CREATE POLICY patrol_cell_is_in_scope ON overlay.patrol_cell TO gisgrid_service
USING (path && app.service_private_scope());
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.patrol_cell
FOR EACH ROW EXECUTE FUNCTION app.record_overlay_change('patrol');
GRANT SELECT ON overlay.patrol_cell TO gisgrid_service;
