-- In which grid a patrol is, and when it went from one to another, or a redraw moved a boundary over it.
CREATE TABLE overlay.presence (
    worker text PRIMARY KEY,
    area_id bigint,
    path bigint [] NOT NULL DEFAULT '{0}',
    followed_at timestamptz,
    lon double precision,
    lat double precision,
    next_area_id bigint,
    next_path bigint [],
    next_since timestamptz,
    next_lon double precision,
    next_lat double precision,
    changeset_id bigint,
    redrawn_at timestamptz
);
COMMENT ON TABLE overlay.presence IS 'In which grid a worker on patrol is, as far as his pings were followed; personal';
COMMENT ON COLUMN overlay.presence.area_id IS 'The grid; null: outside every grid';
COMMENT ON COLUMN overlay.presence.followed_at IS 'The newest ping that was followed; older ones that come later cross nothing';
COMMENT ON COLUMN overlay.presence.next_area_id IS 'Another grid in which he has been since next_since, too short yet to count; 0: none';
COMMENT ON COLUMN overlay.presence.changeset_id IS 'The last change set that redrew the ground below him';
COMMENT ON COLUMN overlay.presence.redrawn_at IS 'When it did, if that was not followed yet';
CREATE INDEX presence_to_follow ON overlay.presence (worker) WHERE redrawn_at IS NOT NULL;
INSERT INTO overlay.presence (worker, area_id, path, followed_at, lon, lat)
SELECT w.worker, w.area_id, coalesce(p.path, '{0}'), w.at, st_x(w.geom), st_y(w.geom)
FROM overlay.walker AS w LEFT JOIN overlay.ping AS p ON p.worker = w.worker AND p.at = w.at
WHERE w.at IS NOT NULL;

CREATE TABLE overlay.crossing (
    crossing_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL,
    at timestamptz NOT NULL,
    cause text NOT NULL CONSTRAINT cause_is_start_walk_or_redraw CHECK (cause IN ('start', 'walk', 'redraw')),
    left_area_id bigint REFERENCES core.area,
    entered_area_id bigint REFERENCES core.area,
    changeset_id bigint,
    path bigint [] NOT NULL,
    geom geometry (Point, 4326) NOT NULL,
    CONSTRAINT crossing_leaves_one_grid_and_enters_another CHECK (left_area_id IS DISTINCT FROM entered_area_id),
    CONSTRAINT redraw_names_its_change_set CHECK ((cause = 'redraw') = (changeset_id IS NOT NULL))
);
COMMENT ON TABLE overlay.crossing IS 'A patrol left a grid and entered another; personal, scoped';
COMMENT ON COLUMN overlay.crossing.cause IS 'start: the patrol begins; walk: the worker went; redraw: the boundary did';
COMMENT ON COLUMN overlay.crossing.path IS 'The areas of both grids';
CREATE INDEX crossing_at ON overlay.crossing (at);
CREATE INDEX crossing_worker ON overlay.crossing (worker, at);
CREATE INDEX crossing_path ON overlay.crossing USING gin (path);

-- A notice may be of a patrol too: its payload says all of it.
ALTER TABLE work.outbox
DROP CONSTRAINT a_notice_is_of_a_ticket_or_of_a_change_set,
ADD CONSTRAINT a_notice_is_of_a_ticket_a_change_set_or_neither CHECK (
    CASE WHEN topic LIKE 'patrol.%' OR topic LIKE 'device.%' THEN num_nonnulls(ticket_id, changeset_id) = 0
    ELSE num_nonnulls(ticket_id, changeset_id) = 1 END);
