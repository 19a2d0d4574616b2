-- A ping that cannot colour the map is kept with its reason; one that begins a recorded segment says so, because the
-- line between two segments was not walked.
ALTER TABLE overlay.ping
ADD COLUMN is_start boolean NOT NULL DEFAULT false,
ADD COLUMN doubt text CONSTRAINT doubt_is_coarse_or_jump CHECK (doubt IN ('coarse', 'jump'));
UPDATE overlay.ping SET doubt = 'coarse' WHERE accuracy_m > 50;

-- One row a worker whose pings came: its lock makes batches of one worker take turns.
CREATE TABLE overlay.walker (
    worker text PRIMARY KEY,
    at timestamptz,
    area_id bigint,
    geom geometry (Point, 4326)
);
COMMENT ON TABLE overlay.walker IS 'Where a worker on patrol was last: the newest of his pings without a doubt; personal';
COMMENT ON COLUMN overlay.walker.area_id IS 'The grid in which he was; null: outside every grid';
CREATE INDEX walker_geom ON overlay.walker USING gist (geom);

CREATE TABLE overlay.walk (
    worker text NOT NULL,
    hour timestamptz NOT NULL,
    is_stale boolean NOT NULL DEFAULT true,
    kept_until timestamptz,
    runs bytea,
    PRIMARY KEY (worker, hour)
);
COMMENT ON TABLE overlay.walk IS 'What a worker saw in an hour, within 30 m of his line: cells of the lattice; personal';
COMMENT ON COLUMN overlay.walk.is_stale IS 'Pings came that runs does not have yet';
COMMENT ON COLUMN overlay.walk.kept_until IS 'The last ping that runs has; null: none, or an older one came since';
COMMENT ON COLUMN overlay.walk.runs IS 'Runs of cells, compressed, as gisgrid.lattice writes them';
CREATE INDEX walk_hour ON overlay.walk (hour);
CREATE INDEX walk_that_is_stale ON overlay.walk (hour) WHERE is_stale;
INSERT INTO overlay.walk (worker, hour) SELECT DISTINCT worker, date_trunc('hour', at, 'UTC') FROM overlay.ping;

CREATE TABLE overlay.ping_tally (
    day date NOT NULL,
    worker text NOT NULL,
    reason text NOT NULL,
    pings bigint NOT NULL,
    PRIMARY KEY (day, worker, reason)
);
COMMENT ON TABLE overlay.ping_tally IS 'How many pings of a worker came on a day, by what became of them: accepted, or why not; personal';

CREATE TABLE overlay.ping_token (
    account_id bigint PRIMARY KEY REFERENCES core.account ON DELETE CASCADE,
    token_sha256 bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE overlay.ping_token IS 'By what a worker''s phone is known on /osmand: of the token only the SHA-256; read by nobody but the owner';

INSERT INTO core.action (action, name_zh, name_en) VALUES
('send_pings', '上传本人巡查轨迹', 'send the pings of one''s own patrol');
INSERT INTO core.permission (role, action)
SELECT r.role, 'send_pings' FROM core.account_role AS r
WHERE r.role IN ('worker', 'supervisor', 'dispatcher', 'department', 'admin');

ALTER TABLE overlay.place
ADD COLUMN visit_hours double precision CONSTRAINT visit_hours_are_positive CHECK (visit_hours > 0),
ADD COLUMN visited_at timestamptz;
COMMENT ON COLUMN overlay.place.visit_hours IS 'It is overdue when the last visit is so many hours ago; null: whenever';
COMMENT ON COLUMN overlay.place.visited_at IS 'When a patrol last passed within 30 m; null: never';
