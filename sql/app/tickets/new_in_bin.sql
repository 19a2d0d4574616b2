CREATE FUNCTION app.new_in_bin(network text, first_x integer, last_x integer, first_y integer, last_y integer)
RETURNS TABLE (x integer, y integer, ticket_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT n.x, n.y, unnest(n.came)
    FROM (
        SELECT c.x >> 3 AS x, c.y >> 3 AS y, array_agg(c.came) AS came FROM work.ticket_bin_change AS c
        WHERE c.network = new_in_bin.network
          AND c.x >> 3 BETWEEN first_x AND last_x AND c.y >> 3 BETWEEN first_y AND last_y
        GROUP BY c.x >> 3, c.y >> 3 HAVING bool_and(c.came IS NOT NULL)
    ) AS n;
END $$;
COMMENT ON FUNCTION app.new_in_bin(text, integer, integer, integer, integer) IS
'Which open tickets have come into large cells of a network in this range, and nothing else has changed there since they were counted?';
GRANT EXECUTE ON FUNCTION
app.new_in_bin(text, integer, integer, integer, integer)
TO gisgrid_service, gisgrid_viewer;
