CREATE FUNCTION app.refuse_no_row() RETURNS trigger LANGUAGE plpgsql AS $$
-- A client that saves a row which is gone or hidden would otherwise take silence for success.
BEGIN
    IF current_user <> 'gisgrid_owner' AND NOT EXISTS (SELECT FROM old_row) THEN
        PERFORM app.refuse('nothing_saved');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.refuse_no_row() IS 'An UPDATE or DELETE by hand that touches no row is an error';
