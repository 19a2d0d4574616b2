CREATE FUNCTION app.has_message_service() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT count(*) > 0 FROM work.target AS g
WHERE g.kind = 'message';
END;
COMMENT ON FUNCTION app.has_message_service() IS 'Is there a target that passes messages on to telephones?';
GRANT EXECUTE ON FUNCTION app.has_message_service() TO gisgrid_service;
