-- Tickets below zoom 14, and closed ones below 16, are shown by cells, which are kept. A writer of tickets appends the
-- small cells that it touched; the worker counts these, and the large ones around them, again.
LOCK TABLE work.ticket IN SHARE ROW EXCLUSIVE MODE;
CREATE TABLE work.ticket_bin (
    network text NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    ticket_id bigint NOT NULL,
    tickets integer NOT NULL,
    open integer NOT NULL,
    due_at timestamptz,
    sum_x_cm bigint NOT NULL,
    sum_y_cm bigint NOT NULL,
    PRIMARY KEY (network, x, y)
) WITH (fillfactor = 50);
CREATE TABLE work.closed_bin (
    network text NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    ticket_id bigint NOT NULL,
    tickets integer NOT NULL,
    sum_x_cm bigint NOT NULL,
    sum_y_cm bigint NOT NULL,
    PRIMARY KEY (network, x, y)
) WITH (fillfactor = 70);
CREATE TABLE work.ticket_bin_change (
    network text NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 1000000);
INSERT INTO work.ticket_bin_change (network, x, y)
SELECT DISTINCT
    network,
    floor(st_x(geom_3857) / (40075016.68557849 / 524288))::integer,
    floor(st_y(geom_3857) / (40075016.68557849 / 524288))::integer
FROM work.ticket
WHERE geom_3857 IS NOT NULL;
CREATE INDEX ticket_open_geom_3857 ON work.ticket USING gist (geom_3857) WHERE closed_at IS NULL;
