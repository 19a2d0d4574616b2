CREATE FUNCTION app.cut_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- A line that is drawn again keeps the visits of the ground that it still has.
DECLARE
    middles geometry [];
    visits timestamptz [];
BEGIN
    IF TG_OP = 'UPDATE' AND st_asbinary(OLD.course) IS NOT DISTINCT FROM st_asbinary(NEW.course) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(p.middle), array_agg(p.visited_at) INTO middles, visits
    FROM overlay.place_part AS p WHERE p.place_id = NEW.place_id AND p.visited_at IS NOT NULL;
    DELETE FROM overlay.place_part AS p WHERE p.place_id = NEW.place_id;
    INSERT INTO overlay.place_part (place_id, part, from_m, to_m, visited_at, geom)
    SELECT NEW.place_id, c.part, c.from_m, c.to_m, (
        SELECT max(v.at) FROM unnest(middles, visits) AS v (middle, at)
        WHERE st_dwithin(v.middle::geography, st_lineinterpolatepoint(c.geom, 0.5)::geography, 20)
    ), c.geom
    FROM app.cut_course(NEW.course) AS c;
    UPDATE overlay.place AS p SET visited_at = app.oldest_visit(p.place_id)
    WHERE p.place_id = NEW.place_id AND NEW.course IS NOT NULL;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.cut_place() IS 'Keeps overlay.place_part: the parts of a linear place, each with its last visit';
