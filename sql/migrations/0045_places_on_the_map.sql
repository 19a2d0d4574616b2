-- Places come on the map, for the roles that see cameras.
INSERT INTO core.action (action, name_zh, name_en) VALUES ('see_place', '查看巡查点', 'see places to visit');
INSERT INTO core.permission (role, action)
SELECT p.role, 'see_place' FROM core.permission AS p WHERE p.action = 'see_camera';
ALTER TABLE overlay.place ADD COLUMN since timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN overlay.place.since IS 'From when it is to be visited; it is due then, if it was never visited';
