-- A linear place is everybody's through whose grids it runs, and not of the grid of its middle alone.
ALTER TABLE overlay.place ADD COLUMN scope bigint [] NOT NULL DEFAULT '{0}';
COMMENT ON COLUMN overlay.place.scope IS 'The areas whose people have it: its path; of a linear place the paths of all grids that have a part of it';
UPDATE overlay.place AS p SET scope = coalesce(s.scope, p.path)
FROM overlay.place AS o
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT e.id ORDER BY e.id) AS scope
    FROM core.area_version AS v
    CROSS JOIN LATERAL unnest(v.path || o.path) AS e (id)
    WHERE v.level = 'grid' AND v.network = 'base' AND v.geom && o.course AND v.recorded_to = 'infinity'
      AND v.valid_from <= now() AND v.valid_to > now() AND st_dimension(st_intersection(v.geom, o.course)) = 1
) AS s ON o.course IS NOT NULL
WHERE p.place_id = o.place_id;
CREATE INDEX place_scope ON overlay.place USING gin (scope);
