CREATE FUNCTION app.save_trails(
    workers text [],
    firsts integer [],
    lasts integer [],
    newest integer [],
    ats timestamptz [],
    lons double precision [],
    lats double precision [],
    cells bigint [],
    accuracies_m double precision [],
    starts boolean [],
    doubts smallint [],
    due_workers text [],
    due_hours timestamptz [],
    due_sinces timestamptz [],
    told_workers text [],
    told_reasons text [],
    told_pings bigint [],
    network text DEFAULT 'base'
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- After app.open_trails, in its transaction: the pings firsts[i]..lasts[i] are workers[i]'s, in the order of their times.
-- Arrays without null are read by place in no time: -1 is an accuracy that nobody said, 0 no doubt, 0 no newest ping.
BEGIN
    INSERT INTO overlay.ping (worker, at, path, cell, accuracy_m, is_start, doubt, geom)
    SELECT b.worker, ats[k.i], l.path, cells[k.i], nullif(accuracies_m[k.i], -1), starts[k.i],
        CASE doubts[k.i] WHEN 1 THEN 'coarse' WHEN 2 THEN 'jump' END, st_setsrid(st_makepoint(lons[k.i], lats[k.i]), 4326)
    FROM unnest(workers, firsts, lasts) AS b (worker, first, last)
    CROSS JOIN LATERAL app.paths_of_points(
        lons[b.first:b.last], lats[b.first:b.last], ats[b.first:b.last], network) AS l
    CROSS JOIN LATERAL (SELECT (b.first + l.n - 1)::integer AS i) AS k
    ON CONFLICT (worker, at) DO NOTHING;

    -- Neither waits for who is adding these hours up: even a conflict would. An hour into which only a line leads is due
    -- if it is there.
    INSERT INTO overlay.walk (worker, hour)
    SELECT d.worker, d.hour FROM unnest(due_workers, due_hours, due_sinces) AS d (worker, hour, since)
    WHERE d.since >= d.hour
      AND NOT EXISTS (SELECT FROM overlay.walk AS w WHERE w.worker = d.worker AND w.hour = d.hour OFFSET 0)
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
    INSERT INTO overlay.walk_due (worker, hour, since)
    SELECT d.worker, d.hour, d.since FROM unnest(due_workers, due_hours, due_sinces) AS d (worker, hour, since)
    WHERE EXISTS (SELECT FROM overlay.walk AS w WHERE w.worker = d.worker AND w.hour = d.hour OFFSET 0);

    INSERT INTO overlay.walker AS w (worker, at, geom, area_id)
    SELECT b.worker, p.at, p.geom, nullif(p.path[cardinality(p.path)], 0)
    FROM unnest(workers, newest) AS b (worker, newest)
    CROSS JOIN LATERAL (
        SELECT x.* FROM overlay.ping AS x WHERE x.worker = b.worker AND x.at = ats[b.newest] OFFSET 0
    ) AS p
    WHERE b.newest > 0 ORDER BY 1
    ON CONFLICT (worker) DO UPDATE SET at = excluded.at, geom = excluded.geom, area_id = excluded.area_id
    WHERE w.at IS NULL OR w.at < excluded.at;

    INSERT INTO overlay.ping_tally AS t (day, worker, reason, pings)
    SELECT current_date, g.worker, g.reason, g.pings
    FROM unnest(told_workers, told_reasons, told_pings) AS g (worker, reason, pings) ORDER BY 2, 3
    ON CONFLICT (day, worker, reason) DO UPDATE SET pings = t.pings + excluded.pings;
END $$;
COMMENT ON FUNCTION app.save_trails IS
'Add pings to the trails of workers, each with the grid that held it then; note the hours that they change, and what '
'became of each batch in its worker''s tally';
GRANT EXECUTE ON FUNCTION app.save_trails TO gisgrid_service;
