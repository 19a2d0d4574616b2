CREATE FUNCTION app.open_of_post(post bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT t.ticket_id FROM work.ticket AS t JOIN work.ticket_private AS w USING (ticket_id)
    WHERE w.post_id = post AND t.closed_at IS NULL ORDER BY t.ticket_id FOR UPDATE OF t;
END $$;
COMMENT ON FUNCTION app.open_of_post(bigint) IS 'The open tickets of a post, locked, in order of their ids';
