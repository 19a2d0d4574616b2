-- Below zoom 14 a tile of places is read from squares that are kept by area, as that of cameras is. Of each square the
-- first due visit is kept, which no sum gives: what changed is named, and counted again.
ALTER TABLE overlay.place
ADD COLUMN x_m integer GENERATED ALWAYS AS (st_x(st_transform(geom, 3857))::integer) STORED,
ADD COLUMN y_m integer GENERATED ALWAYS AS (st_y(st_transform(geom, 3857))::integer) STORED,
ADD COLUMN due_at timestamptz;
COMMENT ON COLUMN overlay.place.x_m IS 'geom in EPSG:3857, whole metres';
COMMENT ON COLUMN overlay.place.due_at IS 'When its next visit is due, kept by a trigger; null: whenever';
UPDATE overlay.place AS p SET due_at = coalesce(p.visited_at + p.visit_hours * interval '1 hour', p.since)
WHERE p.visit_hours IS NOT NULL;
CREATE INDEX place_square ON overlay.place (x_m, y_m) WHERE is_current;

CREATE TABLE overlay.place_bin (
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL,
    places integer NOT NULL,
    sum_x_m bigint NOT NULL,
    sum_y_m bigint NOT NULL,
    first_id bigint NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (x, y, path)
);
CREATE TABLE overlay.place_bin_change (
    x integer NOT NULL,
    y integer NOT NULL,
    path bigint [] NOT NULL
);
LOCK TABLE overlay.place IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO overlay.place_bin (x, y, path, places, sum_x_m, sum_y_m, first_id, due_at)
SELECT
    floor(p.x_m / (40075016.68557849 / 65536))::integer,
    floor(p.y_m / (40075016.68557849 / 65536))::integer,
    p.path,
    count(*),
    sum(p.x_m),
    sum(p.y_m),
    min(p.place_id),
    min(p.due_at)
FROM overlay.place AS p
WHERE p.is_current
GROUP BY 1, 2, 3;
