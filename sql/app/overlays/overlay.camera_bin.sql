COMMENT ON TABLE overlay.camera_bin IS
'Cameras of an area in a square of 64 px at zoom 13: how many, and the sums of their places; with overlay.camera_bin_change';
COMMENT ON COLUMN overlay.camera_bin.sum_id IS 'Of one camera its id';
COMMENT ON TABLE overlay.camera_bin_change IS
'What came to overlay.camera_bin (cameras 1) or went (-1), until app.add_up_overlays';
ALTER TABLE overlay.camera_bin ENABLE ROW LEVEL SECURITY;
CREATE POLICY camera_bin_is_in_scope ON overlay.camera_bin TO gisgrid_service USING (path && app.service_scope());
GRANT SELECT ON overlay.camera_bin TO gisgrid_service;
ALTER TABLE overlay.camera_bin_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY camera_bin_change_is_in_scope ON overlay.camera_bin_change TO gisgrid_service
USING (path && app.service_scope());
GRANT SELECT ON overlay.camera_bin_change TO gisgrid_service;
