-- Figures by post and department are kept too. Whose a ticket is, is in another row than its public facts. So what
-- each of the two was is appended when it changes, and what a sum has of a ticket is the first of these: right in any
-- order, by one statement or two, in one transaction or two.
LOCK TABLE work.ticket, work.ticket_private IN SHARE ROW EXCLUSIVE MODE;
CREATE SEQUENCE work.post_change_id_seq;
CREATE TABLE work.post_change (
    post_change_id bigint NOT NULL DEFAULT nextval('work.post_change_id_seq'),
    ticket_id bigint NOT NULL,
    is_private boolean NOT NULL,
    was_there boolean NOT NULL,
    network text,
    path bigint [],
    received_at timestamptz,
    due_at timestamptz,
    closed_at timestamptz,
    solved_in_grid boolean,
    post_id bigint,
    department text
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 1000000
);
ALTER SEQUENCE work.post_change_id_seq OWNED BY work.post_change.post_change_id;
CREATE TABLE work.post_sum (
    span text NOT NULL CONSTRAINT span_is_known CHECK (span IN ('month', 'quarter', 'year', 'ever')),
    starts date NOT NULL,
    network text NOT NULL,
    path bigint [] NOT NULL,
    seen_on bigint [],
    post_id bigint,
    department text,
    received integer NOT NULL,
    closed integer NOT NULL,
    overdue integer NOT NULL,
    on_time integer NOT NULL,
    solved integer NOT NULL,
    judged integer NOT NULL,
    microseconds bigint NOT NULL,
    CONSTRAINT post_sum_is_one UNIQUE NULLS NOT DISTINCT (span, starts, network, path, post_id, department, seen_on)
) WITH (fillfactor = 70);
ALTER TABLE work.counter_time ADD COLUMN posts_overdue_at timestamptz;
UPDATE work.counter_time SET posts_overdue_at = overdue_at;
ALTER TABLE work.counter_time ALTER COLUMN posts_overdue_at SET NOT NULL;
-- Months first, from one pass over the tickets; the longer spans from the months. What does not fit in work_mem goes
-- to disk.
INSERT INTO work.post_sum
SELECT
    'month', date_trunc('month', t.received_at AT TIME ZONE 'UTC')::date, t.network, t.path,
    CASE WHEN num_nonnulls(p.post_id, p.department) > 0 AND p.path <> t.path THEN p.path END AS seen_on,
    p.post_id, p.department,
    count(*),
    count(t.closed_at),
    count(*) FILTER (WHERE t.closed_at IS NULL AND t.due_at <= k.posts_overdue_at),
    count(*) FILTER (WHERE t.closed_at <= t.due_at),
    count(*) FILTER (WHERE t.closed_at IS NOT NULL AND t.solved_in_grid),
    count(t.solved_in_grid) FILTER (WHERE t.closed_at IS NOT NULL),
    coalesce(sum((extract(EPOCH FROM t.closed_at - t.received_at) * 1000000)::bigint), 0)
FROM work.ticket AS t
CROSS JOIN work.counter_time AS k
LEFT JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
GROUP BY
    date_trunc('month', t.received_at AT TIME ZONE 'UTC'), t.network, t.path, seen_on, p.post_id, p.department;
INSERT INTO work.post_sum
SELECT
    s.span,
    CASE s.span WHEN 'ever' THEN '-infinity' ELSE date_trunc(s.span, k.starts)::date END AS since,
    k.network, k.path, k.seen_on, k.post_id, k.department,
    sum(k.received), sum(k.closed), sum(k.overdue), sum(k.on_time), sum(k.solved), sum(k.judged), sum(k.microseconds)
FROM work.post_sum AS k CROSS JOIN (VALUES ('quarter'), ('year'), ('ever')) AS s (span)
GROUP BY s.span, since, k.network, k.path, k.seen_on, k.post_id, k.department;
ANALYZE work.post_sum;
