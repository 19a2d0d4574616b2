CREATE FUNCTION app.add_up_overlays() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- As the last statement of a transaction: the lock lets one at a time fold what others appended.
DECLARE
    moved jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(app.bin_lock());
    PERFORM app.date_places();
    PERFORM app.count_place_bins();
    WITH gone AS (
        DELETE FROM overlay.camera_bin_change RETURNING *
    )
    INSERT INTO overlay.camera_bin AS b (x, y, path, cameras, sum_x_cm, sum_y_cm, sum_id)
    SELECT g.x, g.y, g.path, sum(g.cameras), sum(g.sum_x_cm), sum(g.sum_y_cm), sum(g.sum_id)
    FROM gone AS g GROUP BY g.x, g.y, g.path
    ON CONFLICT (x, y, path) DO UPDATE SET
        cameras = b.cameras + excluded.cameras, sum_x_cm = b.sum_x_cm + excluded.sum_x_cm,
        sum_y_cm = b.sum_y_cm + excluded.sum_y_cm, sum_id = b.sum_id + excluded.sum_id;
    WITH gone AS (
        DELETE FROM overlay.patrol_bin_change RETURNING *
    ), kept AS (
        INSERT INTO overlay.patrol_bin AS b (zoom, x, y, path, seen_at)
        SELECT z.zoom, g.x >> (14 - z.zoom), g.y >> (14 - z.zoom), g.path, max(g.seen_at)
        FROM gone AS g CROSS JOIN unnest('{10,12,13,14}'::integer []) AS z (zoom)
        WHERE g.seen_at IS NOT NULL GROUP BY 1, 2, 3, 4
        ON CONFLICT (zoom, x, y, path) DO UPDATE SET seen_at = excluded.seen_at WHERE b.seen_at < excluded.seen_at
    )
    SELECT jsonb_agg(DISTINCT jsonb_build_object('x', g.x, 'y', g.y)) INTO moved FROM gone AS g WHERE g.seen_at IS NULL;
    IF moved IS NOT NULL THEN
        PERFORM app.count_patrol_bins(moved);
    END IF;
END $$;
COMMENT ON FUNCTION app.add_up_overlays() IS
'Fold what was appended to overlay.camera_bin_change and overlay.patrol_bin_change into the squares that are kept; let '
'places begin and end whose time has come';
