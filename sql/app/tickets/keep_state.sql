CREATE FUNCTION app.keep_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO work.former_state (ticket_id, closed_at, due_at, solved_in_grid)
    VALUES (OLD.ticket_id, OLD.closed_at, OLD.due_at, OLD.solved_in_grid);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.keep_state() IS
'Records the former closing and due time of a ticket that is reopened or becomes due at another time';
