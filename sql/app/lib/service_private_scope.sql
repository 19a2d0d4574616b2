CREATE FUNCTION app.service_private_scope() RETURNS bigint []
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- For the row policies of private tables; as app.service_scope. The service says it for a caller whose role may
-- read_private; unsaid, it opens nothing.
SELECT nullif(current_setting('gisgrid.private', true), '')::bigint [];
END;
COMMENT ON FUNCTION app.service_private_scope() IS
'area_id of the areas whose private rows (words, contacts, exact places, people, trails) the service''s transaction may '
'see; {0}: all; null: none';
GRANT EXECUTE ON FUNCTION app.service_private_scope() TO gisgrid_service;
