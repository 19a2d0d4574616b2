CREATE FUNCTION app.subscribed_topics() RETURNS text []
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT '{ticket.step,ticket.told,ticket.paused,ticket.reopened,ticket.merged,ticket.unmerged}'::text [];
END;
COMMENT ON FUNCTION app.subscribed_topics() IS 'What reporters hear of who subscribe: steps, what staff write and ask, and where it goes on';
GRANT EXECUTE ON FUNCTION app.subscribed_topics() TO gisgrid_service;
