CREATE FUNCTION app.end_idle_logins(idle interval DEFAULT '1 min', busy interval DEFAULT '5 min') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Only sessions of people's own logins. Their roles have the same timeouts, but a session can change its timeouts, and
-- one that asks something now and then is never idle for long. A transaction keeps locks until it ends, so its age
-- counts, and it may be less if somebody waits for it. In every database of the server: the queue of notifications is
-- one for all, and a transaction of a listener keeps it from being emptied.
DECLARE
    ended bigint;
BEGIN
    SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) INTO ended
    FROM pg_stat_activity AS a
    JOIN core.login_scope AS s ON s.login = a.usename
    WHERE
        a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - idle
        OR a.state = 'active' AND a.query_start < clock_timestamp() - busy
        OR a.xact_start < clock_timestamp() - busy
        OR a.xact_start < clock_timestamp() - idle AND EXISTS (
            SELECT FROM pg_locks AS l WHERE NOT l.granted AND a.pid = ANY(pg_blocking_pids(l.pid)));
    RETURN ended;
END $$;
COMMENT ON FUNCTION app.end_idle_logins(interval, interval) IS
'End sessions of people that are idle in a transaction, keep others waiting, or run one transaction, for too long; '
'returns how many';
