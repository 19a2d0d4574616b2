COMMENT ON TABLE overlay.place_bin IS
'Places of an area in a square of 64 px at zoom 13: how many, sums of their places, the first due visit';
COMMENT ON COLUMN overlay.place_bin.first_id IS 'Of one place its id';
COMMENT ON TABLE overlay.place_bin_change IS
'Squares of overlay.place_bin that do not count any more, until app.add_up_overlays counts them again';
ALTER TABLE overlay.place_bin ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_bin_is_in_scope ON overlay.place_bin TO gisgrid_service USING (path && app.service_scope());
GRANT SELECT ON overlay.place_bin TO gisgrid_service;
ALTER TABLE overlay.place_bin_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_bin_change_is_in_scope ON overlay.place_bin_change TO gisgrid_service
USING (path && app.service_scope());
GRANT SELECT ON overlay.place_bin_change TO gisgrid_service;
