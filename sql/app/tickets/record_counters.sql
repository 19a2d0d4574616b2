CREATE FUNCTION app.record_counters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Appends only: two writers never wait for each other here, and a rollback takes its rows away.
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO work.counter_change (path, network, tickets, open, due_at)
        VALUES (OLD.path, OLD.network, -1, -(OLD.closed_at IS NULL)::integer, OLD.due_at);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO work.counter_change (path, network, tickets, open, due_at)
        VALUES (NEW.path, NEW.network, 1, (NEW.closed_at IS NULL)::integer, NEW.due_at);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_counters() IS
'Appends to work.counter_change what a ticket that comes, moves, closes, reopens or is due at another time changes';
