-- A patrol that walks a part of a bank visits that part alone: a linear place is due part by part.
CREATE TABLE overlay.place_part (
    place_id bigint NOT NULL REFERENCES overlay.place ON DELETE CASCADE,
    part integer NOT NULL,
    from_m double precision NOT NULL,
    to_m double precision NOT NULL,
    visited_at timestamptz,
    geom geometry (LINESTRING, 4326) NOT NULL,
    middle geometry (POINT, 4326) GENERATED ALWAYS AS (st_lineinterpolatepoint(geom, 0.5)) STORED,
    geom_3857 geometry (LINESTRING, 3857) GENERATED ALWAYS AS (st_transform(geom, 3857)) STORED,
    PRIMARY KEY (place_id, part),
    CONSTRAINT part_must_have_a_length CHECK (to_m > from_m)
);
COMMENT ON TABLE overlay.place_part IS 'Pieces of a linear place, of 20 m (of a line beyond 20 km a thousandth), and when each was visited';
COMMENT ON COLUMN overlay.place_part.part IS 'Counted from 0, in the direction of the chainage';
COMMENT ON COLUMN overlay.place_part.from_m IS 'Geodesic metres from the beginning of the line to that of the part';
COMMENT ON COLUMN overlay.place_part.visited_at IS 'When a patrol last passed within 30 m of its middle; null: never';
CREATE INDEX place_part_middle ON overlay.place_part USING gist (middle);
COMMENT ON COLUMN overlay.place.visited_at IS 'When a patrol last passed within 30 m; of a linear place when the part was visited that waits longest; null: never';
INSERT INTO overlay.place_part (place_id, part, from_m, to_m, visited_at, geom)
SELECT
    c.place_id,
    c.part,
    sum(c.metres) OVER (PARTITION BY c.place_id ORDER BY c.part) - c.metres,
    sum(c.metres) OVER (PARTITION BY c.place_id ORDER BY c.part),
    c.visited_at,
    c.geom
FROM (
    SELECT
        p.place_id,
        p.visited_at,
        k.part,
        g.geom,
        st_length(g.geom::geography) AS metres
    FROM overlay.place AS p
    CROSS JOIN LATERAL (SELECT least(1000, greatest(1, ceil(p.length_m / 20)))::integer AS parts) AS n
    CROSS JOIN LATERAL generate_series(0, n.parts - 1) AS k (part)
    CROSS JOIN LATERAL (
        SELECT st_linesubstring(p.course, k.part / n.parts::float8, (k.part + 1) / n.parts::float8) AS geom
    ) AS g
    WHERE p.course IS NOT NULL
) AS c;
