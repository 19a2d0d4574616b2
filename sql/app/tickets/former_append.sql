CREATE FUNCTION app.former_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history only grows: where tickets stood cannot be changed or deleted';
END $$;
COMMENT ON FUNCTION app.former_append() IS 'Guard: where tickets stood is appended, never changed or deleted';
