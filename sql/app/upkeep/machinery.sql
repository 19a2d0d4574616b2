CREATE FUNCTION app.machinery() RETURNS TABLE (
    notices_waiting bigint,
    notices_parked bigint,
    notice_oldest_s double precision,
    clocks_late bigint,
    changesets_behind bigint,
    boundary_version bigint,
    boundary_at timestamptz,
    change_lag_s double precision,
    backup_finished_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT
    n.waiting,
    n.parked,
    coalesce(extract(EPOCH FROM clock_timestamp() - n.oldest), 0)::double precision,
    (SELECT count(*) FROM work.clock AS k WHERE k.remind_at < clock_timestamp() - interval '1 minute'),
    (
        SELECT count(*) FROM draft.changeset AS c
        WHERE c.status = 'published' AND c.valid_from <= now() AND (c.published_at IS NULL OR c.followed_at IS NULL)
    ),
    coalesce((SELECT max(v.area_version_id) FROM core.area_version AS v), 0),
    (SELECT max(c.published_at) FROM draft.changeset AS c),
    coalesce((
        SELECT extract(EPOCH FROM clock_timestamp() - min(c.changed_at)) FROM core.change AS c
        WHERE c.transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
    ), 0)::double precision,
    (SELECT d.backup_finished_at FROM core.deployment AS d)
FROM (
    SELECT
        count(*) FILTER (WHERE d.parked_at IS NULL) AS waiting,
        count(*) FILTER (WHERE d.parked_at IS NOT NULL) AS parked,
        min(d.since) FILTER (WHERE d.parked_at IS NULL) AS oldest
    FROM work.delivery AS d
    WHERE d.delivered_at IS NULL
) AS n;
END;
COMMENT ON FUNCTION app.machinery() IS
'One row for who watches the service: what waits, what is late, how old are backup and boundaries; nothing of people';
GRANT EXECUTE ON FUNCTION app.machinery() TO gisgrid_service;
