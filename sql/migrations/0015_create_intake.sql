-- Reports without a point, how reports come and for whom, devices that report by themselves.
ALTER TABLE work.ticket
DROP CONSTRAINT method_is_known,
DROP CONSTRAINT grid_is_known_unless_method_is_none,
ADD CONSTRAINT method_is_known CHECK (method IN ('inside', 'edge', 'nearest', 'code', 'none')),
ADD CONSTRAINT grid_is_known_where_the_point_is_in_one CHECK (
    CASE method
        WHEN 'code' THEN true
        WHEN 'none' THEN area_version_id IS NULL
        ELSE area_version_id IS NOT NULL
    END
);
COMMENT ON COLUMN work.ticket.method IS
'How its area was found: by its point (inside, edge, nearest), by a code that was said, or not at all (none)';

ALTER TABLE work.ticket_private
ALTER COLUMN lon DROP NOT NULL,
ALTER COLUMN lat DROP NOT NULL,
ALTER COLUMN system DROP NOT NULL,
ALTER COLUMN geom DROP NOT NULL,
ADD COLUMN named_area_id bigint REFERENCES core.area,
ADD CONSTRAINT a_point_is_known_altogether_or_not CHECK (num_nonnulls(lon, lat, system, geom) IN (0, 4)),
ADD CONSTRAINT a_point_or_an_area_was_said_not_both CHECK (geom IS NULL OR named_area_id IS NULL);
CREATE INDEX ticket_private_named_area ON work.ticket_private (named_area_id) WHERE named_area_id IS NOT NULL;
CREATE INDEX ticket_private_without_point ON work.ticket_private (ticket_id) WHERE geom IS NULL;
COMMENT ON COLUMN work.ticket_private.geom IS 'Where it really is; null: nobody said so yet';
COMMENT ON COLUMN work.ticket_private.named_area_id IS
'The area that was said instead of a point; point and area null: the place is unknown';

CREATE TABLE work.source (
    source text PRIMARY KEY
    CONSTRAINT source_is_a_short_ascii_name CHECK (source ~ '^[a-z][a-z0-9_-]{0,31}$'),
    position smallint NOT NULL CONSTRAINT source_position_is_unique UNIQUE,
    said_by text NOT NULL
    CONSTRAINT said_by_is_known CHECK (said_by IN ('anybody', 'signed_in', 'nobody')),
    name_zh text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE work.source IS
'Value list: on which way a report came; tickets loaded from another system may have that one''s name instead';
COMMENT ON COLUMN work.source.said_by IS 'Who may say so in a report; nobody: the door itself says it';
INSERT INTO work.source (source, position, said_by, name_zh, name_en) VALUES
('app', 1, 'anybody', '网页上报', 'web page'),
('scan', 2, 'anybody', '扫码上报', 'QR code'),
('wechat', 3, 'anybody', '微信小程序', 'WeChat mini-program'),
('patrol', 4, 'signed_in', '巡查发现', 'patrol'),
('building', 5, 'signed_in', '楼栋长代报', 'building head'),
('hotline', 6, 'signed_in', '热线电话', 'hotline'),
('chat', 7, 'signed_in', '群聊转报', 'chat group'),
('visit', 8, 'signed_in', '来访', 'visit'),
('camera', 9, 'signed_in', '视频发现', 'camera'),
('device', 10, 'nobody', '设备告警', 'device'),
('open311', 11, 'nobody', 'Open311 接口', 'Open311'),
('load', 12, 'nobody', '历史导入', 'loaded history');

CREATE SEQUENCE overlay.device_id_seq;
CREATE TABLE overlay.device (
    device_id bigint PRIMARY KEY DEFAULT nextval('overlay.device_id_seq'),
    code text COLLATE "C" NOT NULL CONSTRAINT device_code_is_unique UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    category text NOT NULL REFERENCES work.category,
    area_id bigint REFERENCES core.area,
    path bigint [] NOT NULL,
    disabled_at timestamptz,
    last_seen_at timestamptz,
    geom geometry (Point, 4326) NOT NULL,
    geom_3857 geometry (Point, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED
);
ALTER SEQUENCE overlay.device_id_seq OWNED BY overlay.device.device_id;
CREATE INDEX device_geom ON overlay.device USING gist (geom);
CREATE INDEX device_geom_3857 ON overlay.device USING gist (geom_3857);
CREATE INDEX device_path ON overlay.device USING gin (path);
CREATE INDEX device_area ON overlay.device (area_id);
COMMENT ON TABLE overlay.device IS 'A thing that raises alarms at a fixed place: home terminal, smoke or flood sensor';
COMMENT ON COLUMN overlay.device.category IS 'What its alarms are about';
COMMENT ON COLUMN overlay.device.last_seen_at IS 'When it last raised an alarm; null: never';
COMMENT ON COLUMN overlay.device.disabled_at IS 'Since when its token is refused; null: it may raise alarms';
ALTER TABLE overlay.device ENABLE ROW LEVEL SECURITY;
CREATE POLICY device_is_in_scope ON overlay.device USING (path && (SELECT core.scope()));
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON overlay.device
FOR EACH ROW EXECUTE FUNCTION overlay.note_change('device');

CREATE TABLE overlay.device_token (
    device_id bigint PRIMARY KEY REFERENCES overlay.device,
    token_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE overlay.device_token IS 'By what a device is known: of its token only the SHA-256; read by nobody but the owner';

ALTER TABLE work.ticket_private ADD COLUMN device_id bigint REFERENCES overlay.device;
CREATE INDEX ticket_private_device ON work.ticket_private (device_id) WHERE device_id IS NOT NULL;
COMMENT ON COLUMN work.ticket_private.device_id IS 'The device whose alarm it is; where devices stand is not public';
