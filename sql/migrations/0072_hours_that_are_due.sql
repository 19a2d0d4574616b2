-- A batch of pings notes the hours that it changes beside the hours, so it never waits for who is adding them up.
CREATE TABLE overlay.walk_due (
    worker text NOT NULL,
    hour timestamptz NOT NULL,
    since timestamptz NOT NULL
);
COMMENT ON TABLE overlay.walk_due IS 'Hours of overlay.walk into which pings came that its runs do not have yet; a row a batch, gone once they are added up; personal';
COMMENT ON COLUMN overlay.walk_due.since IS 'The first of these pings; before the hour: one whose line leads into it. Not after kept_until: the whole hour is reckoned again';
CREATE INDEX walk_due_hour ON overlay.walk_due (worker, hour);
INSERT INTO overlay.walk_due (worker, hour, since)
SELECT worker, hour, coalesce(kept_until + interval '1 microsecond', hour) FROM overlay.walk WHERE is_stale;
ALTER TABLE overlay.walk DROP COLUMN is_stale;
COMMENT ON COLUMN overlay.walk.kept_until IS 'The last ping that runs has; null: none';
-- By an index of hours alone, each worker of an hour was looked for among all of that hour.
DROP INDEX overlay.walk_hour;
CREATE INDEX walk_hour ON overlay.walk (hour, worker);
