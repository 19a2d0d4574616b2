CREATE FUNCTION app.record_bins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Appends only, as app.record_counters.
DECLARE
    side_m CONSTANT double precision := app.cell_side_m();
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.geom_3857 IS NOT DISTINCT FROM NEW.geom_3857 AND OLD.due_at = NEW.due_at
       AND OLD.network = NEW.network AND (OLD.closed_at IS NULL) = (NEW.closed_at IS NULL) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN  -- a plain row costs a third of the query below, and every report pays for it
        IF NEW.geom_3857 IS NOT NULL THEN
            INSERT INTO work.ticket_bin_change (network, x, y, came)
            VALUES (NEW.network, floor(st_x(NEW.geom_3857) / side_m), floor(st_y(NEW.geom_3857) / side_m),
                    CASE WHEN NEW.closed_at IS NULL THEN NEW.ticket_id END);
        END IF;
        RETURN NULL;
    END IF;
    INSERT INTO work.ticket_bin_change (network, x, y)
    SELECT DISTINCT t.network, floor(st_x(t.geom_3857) / side_m), floor(st_y(t.geom_3857) / side_m)
    FROM (SELECT OLD.network, OLD.geom_3857 UNION ALL SELECT NEW.network, NEW.geom_3857) AS t
    WHERE t.geom_3857 IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_bins() IS
'Appends to work.ticket_bin_change the small cells in which a ticket comes, moves, closes, reopens or is due at another time';
