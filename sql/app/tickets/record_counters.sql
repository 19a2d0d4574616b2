CREATE FUNCTION app.record_counters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
-- Appends only: two writers never wait for each other here, and a rollback takes its rows away.
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO work.counter_change (path, network, tickets, open, due_at, area_version_id, category, source,
                                         received_at, closed_at, solved_in_grid)
        VALUES (OLD.path, OLD.network, -1, -(OLD.closed_at IS NULL)::integer, OLD.due_at, OLD.area_version_id,
                OLD.category, OLD.source, OLD.received_at, OLD.closed_at, OLD.solved_in_grid);
        INSERT INTO work.post_change (ticket_id, is_private, was_there, network, path, received_at, due_at, closed_at,
                                      solved_in_grid)
        VALUES (OLD.ticket_id, false, true, OLD.network, OLD.path, OLD.received_at, OLD.due_at, OLD.closed_at,
                OLD.solved_in_grid);
    ELSE
        INSERT INTO work.post_change (ticket_id, is_private, was_there) VALUES (NEW.ticket_id, false, false);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO work.counter_change (path, network, tickets, open, due_at, area_version_id, category, source,
                                         received_at, closed_at, solved_in_grid)
        VALUES (NEW.path, NEW.network, 1, (NEW.closed_at IS NULL)::integer, NEW.due_at, NEW.area_version_id,
                NEW.category, NEW.source, NEW.received_at, NEW.closed_at, NEW.solved_in_grid);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_counters() IS
'Appends to work.counter_change what a ticket changes in counters and kept sums: the old facts taken away, the new added; '
'and to work.post_change what it was';
