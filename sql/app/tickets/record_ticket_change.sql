CREATE FUNCTION app.record_ticket_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- A ticket with a private point is not named when its place changes, and where it was is recorded to a tenth of a
-- degree: else tickets that a redraw brought here would differ from those that stayed.
DECLARE
    moved boolean := TG_OP = 'UPDATE' AND (NEW.geom, NEW.area_id, NEW.area_version_id)
        IS DISTINCT FROM (OLD.geom, OLD.area_id, OLD.area_version_id);
BEGIN
    INSERT INTO core.change (layer, box, ticket_id, counted_in)
    SELECT 'ticket', st_envelope(coalesce(NEW.geom, OLD.geom)),
           CASE WHEN NEW.has_public_point OR NOT moved THEN NEW.ticket_id END,
           CASE WHEN NEW.has_public_point OR NOT moved THEN
               NEW.path || CASE WHEN TG_OP = 'UPDATE' AND NEW.path <> OLD.path THEN OLD.path END
           END
    WHERE coalesce(NEW.geom, OLD.geom) IS NOT NULL;
    IF moved AND NEW.geom IS DISTINCT FROM OLD.geom AND OLD.geom IS NOT NULL THEN
        INSERT INTO core.change (layer, box, counted_in)
        SELECT 'ticket', CASE WHEN NEW.has_public_point THEN st_envelope(OLD.geom) ELSE st_makeenvelope(
            floor(st_x(OLD.geom) * 10) / 10, floor(st_y(OLD.geom) * 10) / 10,
            ceil(st_x(OLD.geom) * 10) / 10, ceil(st_y(OLD.geom) * 10) / 10, 4326) END,
            CASE WHEN NEW.has_public_point THEN OLD.path END;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.record_ticket_change() IS
'Records in core.change where a ticket is and was, so that the tiles there are drawn again';
