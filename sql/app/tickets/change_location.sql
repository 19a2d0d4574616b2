CREATE FUNCTION app.change_location(
    ticket_number text, place jsonb, actor text, actor_role text, note text DEFAULT NULL
)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- `place`: lon_wgs84, lat_wgs84, lon, lat, system, accuracy_m. The shared boundary lock is a statement of its own, as
-- in app.receive_reports.
DECLARE
    spot geometry := st_setsrid(st_makepoint((place->>'lon_wgs84')::float8, (place->>'lat_wgs84')::float8), 4326);
    ticket bigint;
    l record;
    was text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    ticket := app.ticket_to_change(ticket_number, actor_role, 'move_place');
    SELECT a.code INTO was FROM core.area AS a JOIN work.ticket AS x USING (area_id) WHERE x.ticket_id = ticket;
    SELECT * INTO l FROM app.locate_ticket(ticket, spot, (place->>'accuracy_m')::float8);
    UPDATE work.ticket_private AS x SET
        lon = (place->>'lon')::float8, lat = (place->>'lat')::float8, system = place->>'system',
        accuracy_m = (place->>'accuracy_m')::float8, geom = spot, named_area_id = NULL,
        doubt = l.doubt
    WHERE x.ticket_id = ticket;
    PERFORM app.reroute(ticket, 'replaced', actor, note, jsonb_strip_nulls(jsonb_build_object('from', was, 'to', l.code,
        'version', l.area_version_id, 'method', l.method, 'doubt', l.doubt)), true);
END $$;
COMMENT ON FUNCTION app.change_location(text, jsonb, text, text, text) IS
'Give a ticket another location, assign it to the grid there, and route it again';
GRANT EXECUTE ON FUNCTION app.change_location(text, jsonb, text, text, text) TO gisgrid_service;
