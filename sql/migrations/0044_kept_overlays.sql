-- Below zoom 14 a tile of cameras, and below 15 one of patrols, is read from squares of the map that are kept: who asks
-- would count 50,000 cameras, or 100,000 cells, for each tile. By path, because each caller sees those of his scope.
CREATE TABLE overlay.camera_bin (
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL,
    cameras integer NOT NULL,
    sum_x_cm numeric NOT NULL,
    sum_y_cm numeric NOT NULL,
    sum_id numeric NOT NULL,
    PRIMARY KEY (x, y, path)
);
CREATE TABLE overlay.camera_bin_change (
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL,
    cameras integer NOT NULL,
    sum_x_cm bigint NOT NULL,
    sum_y_cm bigint NOT NULL,
    sum_id bigint NOT NULL
);
LOCK TABLE overlay.camera IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO overlay.camera_bin (x, y, path, cameras, sum_x_cm, sum_y_cm, sum_id)
SELECT
    floor(st_x(c.geom_3857) / (40075016.68557849 / 65536))::integer,
    floor(st_y(c.geom_3857) / (40075016.68557849 / 65536))::integer,
    c.path,
    count(*),
    sum((st_x(c.geom_3857) * 100)::bigint),
    sum((st_y(c.geom_3857) * 100)::bigint),
    sum(c.camera_id)
FROM overlay.camera AS c
GROUP BY 1, 2, 3;

CREATE TABLE overlay.patrol_bin (
    zoom smallint NOT NULL,
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (zoom, x, y, path)
) WITH (fillfactor = 70);
CREATE TABLE overlay.patrol_bin_change (
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL,
    seen_at timestamptz
);
LOCK TABLE overlay.patrol_cell IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO overlay.patrol_bin (zoom, x, y, path, seen_at)
SELECT
    z.zoom,
    floor(st_xmin(p.geom_3857) / z.side_m)::integer,
    floor(st_ymin(p.geom_3857) / z.side_m)::integer,
    p.path,
    max(p.seen_at)
FROM overlay.patrol_cell AS p
CROSS JOIN LATERAL (
    SELECT k AS zoom, 40075016.68557849 / 2 ^ k / 32 AS side_m FROM unnest('{10,12,13,14}'::int []) AS k
) AS z
GROUP BY 1, 2, 3, 4;
