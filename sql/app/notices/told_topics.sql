CREATE FUNCTION app.told_topics() RETURNS text []
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT '{ticket.step,ticket.told,ticket.paused,ticket.reopened,ticket.merged,ticket.unmerged}'::text [];
END;
COMMENT ON FUNCTION app.told_topics() IS 'What reporters are told of: steps, what staff write and ask, and where it goes on';
GRANT EXECUTE ON FUNCTION app.told_topics() TO gisgrid_service;
