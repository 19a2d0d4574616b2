CREATE FUNCTION app.reporter_photo(ticket_number text, photo bigint)
RETURNS TABLE (name text, sha256 bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT f.name, f.sha256 FROM work.photo AS f JOIN work.ticket AS t ON t.ticket_id = f.ticket_id
                 WHERE t.number = ticket_number AND f.photo_id = reporter_photo.photo AND f.kind = 'report';
END $$;
COMMENT ON FUNCTION app.reporter_photo(text, bigint) IS 'The file of a photo that the reporter sent himself';
GRANT EXECUTE ON FUNCTION app.reporter_photo(text, bigint) TO gisgrid_service;
