CREATE FUNCTION app.last_ping_at(who text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
SELECT max(p.at) FROM overlay.ping AS p WHERE p.worker = last_ping_at.who;
END;
COMMENT ON FUNCTION app.last_ping_at(text) IS 'When was the newest ping of a worker? Null: there is none';
GRANT EXECUTE ON FUNCTION app.last_ping_at(text) TO gisgrid_service;
