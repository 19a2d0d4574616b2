CREATE FUNCTION app.passed_by(point geometry, near double precision)
RETURNS TABLE (worker text, at timestamptz, geom geometry)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The map's cells say by their index when somebody was near last; only the pings of the two minutes around are read.
DECLARE
    lat double precision := least(greatest(st_y(point), -85), 85);  -- Web Mercator ends there
    around geometry := st_transform(st_expand(st_setsrid(st_makepoint(st_x(point), lat), 4326),
        near / (111000 * cosd(lat)), near / 110000), 3857);
    cell record;
BEGIN
    FOR cell IN
        SELECT o.seen_at FROM overlay.patrol_cell AS o
        WHERE o.geom_3857 && around AND o.path && app.private_scope() ORDER BY o.seen_at DESC LIMIT 20
    LOOP
        RETURN QUERY
        SELECT p.worker, p.at, p.geom FROM overlay.ping AS p
        WHERE p.at BETWEEN cell.seen_at - interval '120 s' AND cell.seen_at + interval '120 s' AND p.doubt IS NULL
          AND p.path && app.private_scope() AND st_dwithin(p.geom::geography, point::geography, near)
        ORDER BY p.at DESC LIMIT 1;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION app.passed_by(geometry, double precision) IS
'The newest ping of the caller''s private scope near a point: who passed it last? No row: nobody of whom pings are kept';
GRANT EXECUTE ON FUNCTION app.passed_by(geometry, double precision) TO gisgrid_service;
