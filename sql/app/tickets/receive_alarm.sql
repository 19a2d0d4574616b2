CREATE FUNCTION app.receive_alarm(device bigint, alarm jsonb, young interval)
RETURNS TABLE (
    ticket_id bigint, number text, step text, due_at timestamptz, post_id bigint, role text, post_code text,
    department text, area_code text, area_level text, grid_code text, grid_name text, grid_kind text,
    area_version_id bigint, method text, confidence double precision, distance_to_edge_m double precision,
    candidates jsonb, alarms bigint
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- If the device has an open ticket that is younger than `young`, the alarm becomes an event of that ticket; else a
-- report at the device's point. Locks the device, so that two alarms at once make one ticket, and the ticket, so that
-- no alarm is lost on one that closes meanwhile. `alarm`: network, zone, description, kind, value, at, reported_at, and
-- camera: the device watches that camera's pictures, so the ticket is at the camera, and each camera has its own.
DECLARE
    d record;
    c "overlay".camera;
    t work.ticket;
    p work.ticket_private;
    said jsonb;
    spot geometry;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    UPDATE overlay.device AS x SET last_seen_at = clock_timestamp() WHERE x.device_id = device RETURNING x.* INTO d;
    IF alarm ? 'camera' THEN
        SELECT x.* INTO c FROM overlay.camera AS x
        JOIN core.area AS w ON w.code = d.watches AND w.network = 'base' AND x.path @> ARRAY[w.area_id]
        WHERE x.code = alarm->>'camera';
        IF NOT FOUND THEN
            PERFORM app.refuse('no_such_camera', alarm->>'camera');
        END IF;
    END IF;
    said := jsonb_strip_nulls(jsonb_build_object(
        'device', d.code, 'camera', c.code, 'kind', alarm->'kind', 'value', alarm->'value', 'at', alarm->'reported_at'));
    spot := coalesce(c.geom, d.geom);
    SELECT x.* INTO t FROM work.ticket AS x
    WHERE x.ticket_id = (
        SELECT y.ticket_id FROM work.ticket_private AS y
        WHERE y.device_id = device AND (
            SELECT e.detail->>'camera' FROM work.event AS e
            WHERE e.ticket_id = y.ticket_id AND e.action = 'received' LIMIT 1) IS NOT DISTINCT FROM c.code
        ORDER BY y.ticket_id DESC LIMIT 1)
      AND x.closed_at IS NULL AND x.received_at > clock_timestamp() - young
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY
        SELECT r.*, 1::bigint FROM app.receive_report(alarm || jsonb_build_object(
            'category', d.category, 'source', CASE WHEN c.code IS NULL THEN 'device' ELSE 'camera' END, 'actor', 'device:' || d.code, 'device_id', device,
            'description', coalesce(alarm->>'description',
                                    concat_ws(' ', coalesce(c.name, d.name), coalesce(c.code, d.code),
                                              alarm->>'kind', alarm->>'value')),
            'lon_wgs84', st_x(spot), 'lat_wgs84', st_y(spot), 'lon', st_x(spot), 'lat', st_y(spot),
            'system', 'wgs84', 'said', said)) AS r;
        RETURN;
    END IF;
    SELECT x.* INTO STRICT p FROM work.ticket_private AS x WHERE x.ticket_id = t.ticket_id;
    SELECT 2 + count(*) INTO alarms FROM work.event AS e
    WHERE e.ticket_id = t.ticket_id AND e.action = 'alarmed_again';
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    VALUES (t.ticket_id, t.path, p.department, 'alarmed_again', t.step, t.step, 'device:' || d.code,
            alarm->>'description', said || jsonb_build_object('count', alarms));
    IF alarms & (alarms - 1) = 0 THEN  -- notices for the 2nd, 4th, 8th, ... alarm only: a stuck sensor sends thousands
        INSERT INTO work.outbox (ticket_id, topic, payload)
        VALUES (t.ticket_id, 'ticket.alarmed_again', jsonb_build_object('count', alarms));
    END IF;
    SELECT t.ticket_id, t.number, t.step, t.due_at, p.post_id, o.role, w.code, p.department, a.code, a.level,
           v.code, v.name, v.kind, t.area_version_id, t.method, t.confidence, NULL::float8,
           CASE WHEN v.code IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
               'code', v.code, 'share', t.confidence)) END
    INTO ticket_id, number, step, due_at, post_id, role, post_code, department, area_code, area_level,
         grid_code, grid_name, grid_kind, area_version_id, method, confidence, distance_to_edge_m, candidates
    FROM (SELECT) AS always
    LEFT JOIN core.area AS a ON a.area_id = t.area_id
    LEFT JOIN core.area_version AS v ON v.area_version_id = t.area_version_id
    LEFT JOIN core.post AS o ON o.post_id = p.post_id
    LEFT JOIN core.area AS w ON w.area_id = o.area_id;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.receive_alarm(bigint, jsonb, interval) IS
'An alarm becomes a ticket at its device, or at the camera that it names, or an event of the young open ticket there; '
'alarms: how many it has had';
GRANT EXECUTE ON FUNCTION app.receive_alarm(bigint, jsonb, interval) TO gisgrid_service;
