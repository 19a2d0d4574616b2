CREATE FUNCTION app.save_crossings(presences jsonb, crossings jsonb, fresh interval) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Who walked where is personal: app.address_notices sends these notices only to targets that may read private words
-- of an area, and only of that area: what was left to those of the grid that was left.
BEGIN
    INSERT INTO overlay.presence AS s
    SELECT g.* FROM jsonb_populate_recordset(NULL::"overlay".presence, presences) AS g ORDER BY g.worker
    ON CONFLICT (worker) DO UPDATE SET
        (area_id, path, followed_at, lon, lat) =
            ROW (excluded.area_id, excluded.path, excluded.followed_at, excluded.lon, excluded.lat),
        (next_area_id, next_path, next_since, next_lon, next_lat) =
            ROW (excluded.next_area_id, excluded.next_path, excluded.next_since, excluded.next_lon, excluded.next_lat),
        redrawn_at = CASE WHEN s.changeset_id IS NOT DISTINCT FROM excluded.changeset_id THEN excluded.redrawn_at
                          ELSE s.redrawn_at END;

    WITH given AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(crossings) AS g(
            worker text, at timestamptz, cause text, left_area_id bigint, left_path bigint[], entered_area_id bigint,
            entered_path bigint[], changeset_id bigint, lon float8, lat float8)
    ), noted AS (
        INSERT INTO overlay.crossing (worker, at, cause, left_area_id, entered_area_id, changeset_id, path, geom)
        SELECT g.worker, g.at, g.cause, g.left_area_id, g.entered_area_id, g.changeset_id,
            ARRAY(SELECT DISTINCT x FROM unnest(g.left_path || g.entered_path) AS x ORDER BY x),
            st_setsrid(st_makepoint(g.lon, g.lat), 4326)
        FROM given AS g ORDER BY g.at, g.worker
    ), recent AS (
        SELECT g.*, jsonb_build_object(
            'worker', g.worker, 'at', g.at, 'cause', g.cause, 'changeset_id', g.changeset_id,
            'left', CASE WHEN l.area_id IS NOT NULL THEN jsonb_build_object('code', l.code, 'name', lv.name) END,
            'entered', CASE WHEN e.area_id IS NOT NULL THEN jsonb_build_object('code', e.code, 'name', ev.name) END
        ) AS payload
        FROM given AS g
        LEFT JOIN core.area AS l ON l.area_id = g.left_area_id
        LEFT JOIN LATERAL (SELECT v.name FROM core.area_version AS v WHERE v.area_id = l.area_id
            ORDER BY v.recorded_from DESC, v.valid_from DESC LIMIT 1) AS lv ON true
        LEFT JOIN core.area AS e ON e.area_id = g.entered_area_id
        LEFT JOIN LATERAL (SELECT v.name FROM core.area_version AS v WHERE v.area_id = e.area_id
            ORDER BY v.recorded_from DESC, v.valid_from DESC LIMIT 1) AS ev ON true
        WHERE g.at > clock_timestamp() - save_crossings.fresh
    )
    INSERT INTO work.outbox (topic, left_path, payload)
    SELECT o.topic, o.path, f.payload
    FROM recent AS f
    CROSS JOIN LATERAL (VALUES
        (1, 'patrol.left', f.left_area_id, f.left_path),
        (2, 'patrol.entered', f.entered_area_id, f.entered_path)) AS o(turn, topic, area_id, path)
    WHERE o.area_id IS NOT NULL ORDER BY f.at, f.worker, o.turn;
END $$;
COMMENT ON FUNCTION app.save_crossings(jsonb, jsonb, interval) IS
'Keep in which grids patrols are now and which they left and entered, with notices of what is not older than `fresh`';
