COMMENT ON TABLE overlay.patrol_bin IS
'When cells of an area in a square of 16 px at this zoom (14, 13, 12, 10) were last seen; a cell counts where its south-west '
'corner lies; with overlay.patrol_bin_change';
COMMENT ON TABLE overlay.patrol_bin_change IS
'Squares at zoom 14 that were seen since, until app.add_up_overlays; seen_at null: another area holds a cell of it';
ALTER TABLE overlay.patrol_bin ENABLE ROW LEVEL SECURITY;
CREATE POLICY patrol_bin_is_in_scope ON overlay.patrol_bin TO gisgrid_service
USING (path && app.service_private_scope());
GRANT SELECT ON overlay.patrol_bin TO gisgrid_service;
ALTER TABLE overlay.patrol_bin_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY patrol_bin_change_is_in_scope ON overlay.patrol_bin_change TO gisgrid_service
USING (path && app.service_private_scope());
GRANT SELECT ON overlay.patrol_bin_change TO gisgrid_service;
