-- Sums of figures and rankings are kept. What a writer of tickets appends says all that they count; the worker adds up.
-- Months, quarters and years are those of UTC, days those of the district's zone; what lies beside them is counted.
LOCK TABLE work.ticket IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE work.counter_change ADD COLUMN area_version_id bigint;
ALTER TABLE work.counter_change ADD COLUMN category text;
ALTER TABLE work.counter_change ADD COLUMN source text;
ALTER TABLE work.counter_change ADD COLUMN received_at timestamptz;
ALTER TABLE work.counter_change ADD COLUMN closed_at timestamptz;
ALTER TABLE work.counter_change ADD COLUMN solved_in_grid boolean;
ALTER TABLE work.counter_time ADD COLUMN zone text;
-- Which grid's shape a ticket was assigned to, and whether its grid had solved it, at an instant of the past.
ALTER TABLE work.former_path ADD COLUMN area_version_id bigint;
ALTER TABLE work.former_state ADD COLUMN solved_in_grid boolean;
UPDATE work.former_path AS f SET area_version_id = (
    SELECT v.area_version_id
    FROM core.area_version AS v
    WHERE
        v.area_id = f.path[cardinality(f.path)] AND v.level = 'grid'
        AND v.valid_from < f.valid_to AND v.recorded_from < f.recorded_to
    ORDER BY v.valid_to >= f.valid_to DESC, v.valid_from DESC, v.recorded_from DESC
    LIMIT 1
);
CREATE TABLE work.leaf_sum (
    network text NOT NULL,
    span text NOT NULL CONSTRAINT span_is_known CHECK (span IN ('month', 'quarter', 'year')),
    starts date NOT NULL,
    path bigint [] NOT NULL,
    area_version_id bigint,
    received integer NOT NULL,
    closed integer NOT NULL,
    overdue integer NOT NULL,
    on_time integer NOT NULL,
    solved integer NOT NULL,
    judged integer NOT NULL,
    microseconds bigint NOT NULL,
    CONSTRAINT leaf_sum_is_one UNIQUE NULLS NOT DISTINCT (network, span, starts, path, area_version_id)
) WITH (fillfactor = 70);
CREATE TABLE work.area_sum (
    network text NOT NULL,
    area_id bigint NOT NULL,
    span text NOT NULL CONSTRAINT span_is_known CHECK (span IN ('month', 'quarter', 'year')),
    starts date NOT NULL,
    category text NOT NULL,
    source text NOT NULL,
    received integer NOT NULL,
    closed integer NOT NULL,
    overdue integer NOT NULL,
    on_time integer NOT NULL,
    solved integer NOT NULL,
    judged integer NOT NULL,
    microseconds bigint NOT NULL,
    PRIMARY KEY (area_id, network, span, starts, category, source)
) WITH (fillfactor = 70);
CREATE TABLE work.day_sum (
    network text NOT NULL,
    area_id bigint NOT NULL,
    day date NOT NULL,
    received integer NOT NULL,
    closed integer NOT NULL,
    overdue integer NOT NULL,
    on_time integer NOT NULL,
    solved integer NOT NULL,
    judged integer NOT NULL,
    microseconds bigint NOT NULL,
    PRIMARY KEY (area_id, network, day)
) WITH (fillfactor = 70);
CREATE UNLOGGED TABLE work.fact AS
SELECT
    t.network,
    t.path,
    t.area_version_id,
    t.category,
    t.source,
    t.received_at AT TIME ZONE 'UTC' AS month_of,
    (t.received_at AT TIME ZONE d.zone)::date AS day,
    (t.closed_at IS NOT NULL)::integer AS closed,
    (t.closed_at IS NULL AND t.due_at <= k.overdue_at)::integer AS overdue,
    (t.closed_at IS NOT NULL AND t.closed_at <= t.due_at)::integer AS on_time,
    (t.closed_at IS NOT NULL AND coalesce(t.solved_in_grid, false))::integer AS solved,
    (t.closed_at IS NOT NULL AND t.solved_in_grid IS NOT NULL)::integer AS judged,
    CASE
        WHEN t.closed_at IS NULL THEN 0
        ELSE (extract(EPOCH FROM t.closed_at - t.received_at) * 1000000)::bigint
    END AS microseconds
FROM work.ticket AS t CROSS JOIN work.counter_time AS k CROSS JOIN core.deployment AS d;
INSERT INTO work.leaf_sum
SELECT
    f.network, s.span, date_trunc(s.span, f.month_of)::date, f.path, f.area_version_id,
    count(*), sum(f.closed), sum(f.overdue), sum(f.on_time), sum(f.solved), sum(f.judged), sum(f.microseconds)
FROM work.fact AS f CROSS JOIN (VALUES ('month'), ('quarter'), ('year')) AS s (span)
GROUP BY f.network, s.span, date_trunc(s.span, f.month_of), f.path, f.area_version_id;
INSERT INTO work.area_sum
SELECT
    f.network, e.area_id, s.span, date_trunc(s.span, f.month_of)::date, f.category, f.source,
    count(*), sum(f.closed), sum(f.overdue), sum(f.on_time), sum(f.solved), sum(f.judged), sum(f.microseconds)
FROM work.fact AS f CROSS JOIN (VALUES ('month'), ('quarter'), ('year')) AS s (span)
CROSS JOIN LATERAL unnest(f.path[1:cardinality(f.path) - (f.area_version_id IS NOT NULL)::integer]) AS e (area_id)
GROUP BY f.network, e.area_id, s.span, date_trunc(s.span, f.month_of), f.category, f.source;
INSERT INTO work.day_sum
SELECT
    f.network, e.area_id, f.day,
    count(*), sum(f.closed), sum(f.overdue), sum(f.on_time), sum(f.solved), sum(f.judged), sum(f.microseconds)
FROM work.fact AS f
CROSS JOIN LATERAL unnest(f.path[1:cardinality(f.path) - (f.area_version_id IS NOT NULL)::integer]) AS e (area_id)
GROUP BY f.network, e.area_id, f.day;
DROP TABLE work.fact;
UPDATE work.counter_time SET zone = (SELECT d.zone FROM core.deployment AS d);
ALTER TABLE work.counter_time ALTER COLUMN zone SET NOT NULL;
-- Which tickets were closed later than an instant, and had come by then? Answered by the index alone.
DROP INDEX work.ticket_closed;
CREATE INDEX ticket_closed ON work.ticket (closed_at, received_at) WHERE closed_at IS NOT NULL;
