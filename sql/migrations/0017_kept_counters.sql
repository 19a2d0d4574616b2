-- Counters are kept. A writer of tickets appends what changed; the worker adds that up. No writer waits for another.
LOCK TABLE work.ticket IN SHARE ROW EXCLUSIVE MODE;
CREATE TABLE work.counter (
    path bigint [] NOT NULL,
    network text NOT NULL,
    tickets bigint NOT NULL,
    open bigint NOT NULL,
    overdue bigint NOT NULL,
    PRIMARY KEY (path, network)
) WITH (fillfactor = 50);
CREATE TABLE work.counter_change (
    path bigint [] NOT NULL,
    network text NOT NULL,
    tickets bigint NOT NULL,
    open bigint NOT NULL,
    due_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 1000000);
CREATE TABLE work.counter_time (overdue_at timestamptz NOT NULL);
CREATE UNIQUE INDEX counter_time_has_one_row ON work.counter_time ((true));
INSERT INTO work.counter_time (overdue_at) VALUES ('-infinity');
INSERT INTO work.counter_change (path, network, tickets, open, due_at)
SELECT path, network, count(*), count(*) FILTER (WHERE closed_at IS NULL), coalesce(open_due_at, 'infinity')
FROM (SELECT *, CASE WHEN closed_at IS NULL THEN due_at END AS open_due_at FROM work.ticket) AS t
GROUP BY path, network, open_due_at;
-- Closed later than an instant: of these a counter of that instant says that they were open.
CREATE INDEX ticket_closed ON work.ticket (closed_at) WHERE closed_at IS NOT NULL;
