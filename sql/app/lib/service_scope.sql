CREATE FUNCTION app.service_scope() RETURNS bigint []
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- For the row policies of tables that only the service reads. Inlined, so that the planner knows how much of a table is
-- in scope: of a sub-select it assumes one hundredth, and reads the index of paths, a million rows for a leader,
-- before it looks into a box of the map. A login of a person has no rows by it, because these policies are not for it.
SELECT nullif(current_setting('gisgrid.scope', true), '')::bigint [];
END;
COMMENT ON FUNCTION app.service_scope() IS
'area_id of the areas whose subtrees the service''s transaction may see; {0}: everything; null: nothing';
GRANT EXECUTE ON FUNCTION app.service_scope() TO gisgrid_service;
