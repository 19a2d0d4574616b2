CREATE FUNCTION app.change_place(ticket_number text, place jsonb, actor text, actor_role text, note text DEFAULT NULL)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_allowed, closed; null when done. `place`: lon_wgs84, lat_wgs84, lon, lat, system,
-- accuracy_m. The shared boundary lock is a statement of its own, as in app.receive_report.
DECLARE
    spot geometry := st_setsrid(st_makepoint((place->>'lon_wgs84')::float8, (place->>'lat_wgs84')::float8), 4326);
    t record;
    l record;
    was text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO t FROM app.ticket_to_change(ticket_number, actor_role);
    IF t.refused IS NOT NULL THEN
        RETURN t.refused;
    END IF;
    SELECT a.code INTO was FROM core.area AS a JOIN work.ticket AS x USING (area_id) WHERE x.ticket_id = t.ticket_id;
    SELECT * INTO l FROM app.place_ticket(t.ticket_id, spot, (place->>'accuracy_m')::float8);
    UPDATE work.ticket_private AS x SET
        lon = (place->>'lon')::float8, lat = (place->>'lat')::float8, system = place->>'system',
        accuracy_m = (place->>'accuracy_m')::float8, geom = spot, named_area_id = NULL
    WHERE x.ticket_id = t.ticket_id;
    PERFORM app.reroute(t.ticket_id, 'replaced', actor, note, jsonb_build_object('from', was, 'to', l.code,
        'version', l.area_version_id, 'method', l.method), true);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.change_place(text, jsonb, text, text, text) IS
'Say that a ticket lies elsewhere: it is located and routed again; returns why not, or null when done';
GRANT EXECUTE ON FUNCTION app.change_place(text, jsonb, text, text, text) TO gisgrid_service;
