CREATE FUNCTION app.record_ticket_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO core.change (layer, box)
    SELECT 'ticket', st_envelope(coalesce(NEW.geom, OLD.geom))
    WHERE coalesce(NEW.geom, OLD.geom) IS NOT NULL;
    IF TG_OP = 'UPDATE' AND NEW.geom IS DISTINCT FROM OLD.geom AND OLD.geom IS NOT NULL THEN
        INSERT INTO core.change (layer, box) VALUES ('ticket', st_envelope(OLD.geom));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_ticket_change() IS
'Records in core.change where a ticket is and was, so that the tiles there are drawn again';
