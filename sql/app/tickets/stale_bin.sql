CREATE FUNCTION app.stale_bin(
    network text, size integer, first_x integer, last_x integer, first_y integer, last_y integer
)
RETURNS TABLE (x integer, y integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT c.x >> size, c.y >> size FROM work.ticket_bin_change AS c
    WHERE c.network = stale_bin.network AND c.came IS NULL
      AND c.x >> size BETWEEN first_x AND last_x AND c.y >> size BETWEEN first_y AND last_y;
END $$;
COMMENT ON FUNCTION app.stale_bin(text, integer, integer, integer, integer, integer) IS
'Which cells of a network in this range have to be counted again? Not those into which open tickets have come (app.new_in_bin). '
'size 0: small cells; 3: large ones';
GRANT EXECUTE ON FUNCTION
app.stale_bin(text, integer, integer, integer, integer, integer)
TO gisgrid_service, gisgrid_viewer;
