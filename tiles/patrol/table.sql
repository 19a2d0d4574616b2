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
CREATE TRIGGER record_bins_seen AFTER INSERT ON overlay.patrol_cell
REFERENCING NEW TABLE AS new_cell FOR EACH STATEMENT EXECUTE FUNCTION app.record_patrol_bins();
CREATE TRIGGER record_bins_again AFTER UPDATE ON overlay.patrol_cell
REFERENCING OLD TABLE AS old_cell NEW TABLE AS new_cell FOR EACH STATEMENT EXECUTE FUNCTION app.record_patrol_bins();
