CREATE FUNCTION app.login_room() RETURNS TABLE (share integer, most_connections integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
-- Of the whole server: its databases share its connections. 30 are kept for the service, the worker and commands,
-- because PostgreSQL 15 has no reserved connections. A login has 2 to 20: a window of QGIS holds up to 9, a pool of 6,
-- two for reading and saving, one to listen. Without the last ones it waits without end, its map half drawn.
SELECT
    greatest(2, least(20, r.room / greatest(r.logins, 1))),
    CASE WHEN r.logins * 9 > r.room THEN r.logins * 9 + 40 END
FROM (
    SELECT
        current_setting('max_connections')::integer
        - current_setting('superuser_reserved_connections')::integer - 30 AS room,
        (SELECT count(*)::integer FROM app.person_login WHERE is_on) AS logins
) AS r;
END;
COMMENT ON FUNCTION app.login_room() IS
'How many connections may each person''s login have? most_connections: the max_connections that the server needs for '
'a window of QGIS of each of them; null: it has enough';
