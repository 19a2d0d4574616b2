CREATE FUNCTION app.end_idle_logins(idle interval DEFAULT '1 min', busy interval DEFAULT '5 min') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Only sessions of people's own logins. Their roles have the same timeouts, but a session can change its timeouts; an
-- idle transaction keeps locks that others wait for.
DECLARE
    ended bigint;
BEGIN
    SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) INTO ended
    FROM pg_stat_activity AS a
    JOIN core.login_scope AS s ON s.login = a.usename
    WHERE a.datname = current_database() AND (
        a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - idle
        OR a.state = 'active' AND a.query_start < clock_timestamp() - busy);
    RETURN ended;
END $$;
COMMENT ON FUNCTION app.end_idle_logins(interval, interval) IS
'End sessions of people that are idle in a transaction, or run one statement, for too long; returns how many';
