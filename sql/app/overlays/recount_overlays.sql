CREATE FUNCTION app.recount_overlays() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- What is counted and what of the appended is thereby done are of one snapshot, so nobody who writes things waits: what
-- commits meanwhile is appended, and added up later.
BEGIN
    PERFORM pg_advisory_xact_lock(app.bin_lock());
    WITH gone AS (
        DELETE FROM overlay.camera_bin_change
    ), counted AS MATERIALIZED (
        SELECT floor(st_x(c.geom_3857) / (40075016.68557849 / 65536))::integer AS x,
               floor(st_y(c.geom_3857) / (40075016.68557849 / 65536))::integer AS y, c.path, count(*) AS cameras,
               sum((st_x(c.geom_3857) * 100)::bigint) AS sum_x_cm, sum((st_y(c.geom_3857) * 100)::bigint) AS sum_y_cm,
               sum(c.camera_id) AS sum_id
        FROM overlay.camera AS c GROUP BY 1, 2, 3
    ), emptied AS (
        DELETE FROM overlay.camera_bin AS b
        WHERE NOT EXISTS (SELECT FROM counted AS c WHERE c.x = b.x AND c.y = b.y AND c.path = b.path)
    )
    INSERT INTO overlay.camera_bin (x, y, path, cameras, sum_x_cm, sum_y_cm, sum_id)
    SELECT c.x, c.y, c.path, c.cameras, c.sum_x_cm, c.sum_y_cm, c.sum_id FROM counted AS c
    ON CONFLICT (x, y, path) DO UPDATE SET
        cameras = excluded.cameras, sum_x_cm = excluded.sum_x_cm, sum_y_cm = excluded.sum_y_cm, sum_id = excluded.sum_id;

    WITH gone AS (
        DELETE FROM overlay.patrol_bin_change
    ), counted AS MATERIALIZED (
        SELECT z.zoom, floor(st_xmin(c.geom_3857) / z.side_m)::integer AS x,
               floor(st_ymin(c.geom_3857) / z.side_m)::integer AS y, c.path, max(c.seen_at) AS seen_at
        FROM overlay.patrol_cell AS c
        CROSS JOIN (SELECT k AS zoom, 40075016.68557849 / 2 ^ k / 32 AS side_m
                    FROM unnest('{10,12,13,14}'::integer []) AS k) AS z
        GROUP BY 1, 2, 3, 4
    ), emptied AS (
        DELETE FROM overlay.patrol_bin AS b WHERE NOT EXISTS (
            SELECT FROM counted AS c WHERE c.zoom = b.zoom AND c.x = b.x AND c.y = b.y AND c.path = b.path)
    )
    INSERT INTO overlay.patrol_bin (zoom, x, y, path, seen_at)
    SELECT c.zoom, c.x, c.y, c.path, c.seen_at FROM counted AS c
    ON CONFLICT (zoom, x, y, path) DO UPDATE SET seen_at = excluded.seen_at;

    -- Every square that is kept, and every one that should be: one without a place is counted to nothing.
    INSERT INTO overlay.place_bin_change (x, y, path)
    SELECT b.x, b.y, b.path FROM overlay.place_bin AS b
    UNION
    SELECT floor(p.x_m / (40075016.68557849 / 65536)), floor(p.y_m / (40075016.68557849 / 65536)), p.path
    FROM overlay.place AS p WHERE p.is_current;
    PERFORM app.count_place_bins();
    INSERT INTO core.change (layer, box, path)
    SELECT l.layer, st_makeenvelope(-180, -85, 180, 85, 4326), 0 || ARRAY(SELECT a.area_id FROM core.area AS a)
    FROM unnest('{camera,patrol,place}'::text []) AS l (layer);
END $$;
COMMENT ON FUNCTION app.recount_overlays() IS
'Recount the kept cells of cameras, patrols and places, after a hand has changed these with triggers off; nobody waits';
