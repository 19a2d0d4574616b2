CREATE FUNCTION app.locate_ticket(
    ticket bigint, spot geometry, accuracy_m double precision,
    OUT code text, OUT area_version_id bigint, OUT method text, OUT doubt text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The caller holds the shared boundary lock if boundaries could change meanwhile, and writes `doubt` and path into the
-- private row afterwards (app.reroute the path). Without `spot`: the area that app.area_held gives. A device's ticket never shows the device's point.
DECLARE
    l record;
BEGIN
    IF spot IS NULL THEN
        SELECT h.* INTO l FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id)
        CROSS JOIN LATERAL app.area_held(p.named_area_id, t.area_id, t.network) AS h WHERE t.ticket_id = ticket;
        UPDATE work.ticket AS x SET
            area_version_id = l.area_version_id, area_id = l.area_id, path = l.path, method = l.method,
            confidence = l.confidence, geom = CASE WHEN x.geom IS NOT NULL THEN l.label_point END,
            has_public_point = c.public_place = 'point' AND p.device_id IS NULL
        FROM work.category AS c
        CROSS JOIN work.ticket_private AS p
        WHERE x.ticket_id = ticket AND p.ticket_id = ticket AND c.category = x.category;
        code := l.code;
        area_version_id := l.area_version_id;
        method := l.method;
        RETURN;
    END IF;
    SELECT g.* INTO l FROM work.ticket AS t
    CROSS JOIN LATERAL app.locate_report(spot, t.network, NULL, locate_ticket.accuracy_m) AS g
    WHERE t.ticket_id = ticket;
    UPDATE work.ticket AS x SET
        area_version_id = l.area_version_id, area_id = l.area_id, path = l.path, method = l.method,
        confidence = l.confidence,
        geom = CASE WHEN c.public_place = 'point' AND p.device_id IS NULL THEN spot ELSE v.label_point END,
        has_public_point = c.public_place = 'point' AND p.device_id IS NULL
    FROM work.category AS c
    CROSS JOIN work.ticket_private AS p
    LEFT JOIN core.area_version AS v ON v.area_version_id = l.area_version_id
    WHERE x.ticket_id = ticket AND p.ticket_id = ticket AND c.category = x.category;
    code := l.code;
    doubt := l.doubt;
    area_version_id := l.area_version_id;
    method := l.method;
END $$;
COMMENT ON FUNCTION app.locate_ticket(bigint, geometry, double precision) IS
'Assign a ticket to the grid that holds this point now; returns the grid, its version, the method, and the doubt of app.location_doubt';
