CREATE FUNCTION app.receive_report(report jsonb)
RETURNS TABLE (
    ticket_id bigint, number text, step text, due_at timestamptz, post_id bigint, role text, post_code text,
    department text, area_code text, area_level text, grid_code text, grid_name text, grid_kind text,
    area_version_id bigint, method text, confidence double precision, distance_to_edge_m double precision,
    candidates jsonb
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
-- One report becomes one ticket: located, routed, written with its first event and a notice. The shared boundary lock
-- is a statement of its own, so that the statements after it see the boundaries that are live under the lock.
-- Keys of `report`: network, category, description, contact_name, contact_phone, source, zone, reported_at, said (for
-- the first event); the location: lon_wgs84, lat_wgs84, lon, lat, system, accuracy_m, or area_id, or none of these;
-- device_id of an alarm; and of history only: at (located and received then), due_at, closed_at, step, external_id.
DECLARE
    point geometry := st_setsrid(st_makepoint((report->>'lon_wgs84')::float8, (report->>'lat_wgs84')::float8), 4326);
    happened timestamptz := (report->>'at')::timestamptz;
    received timestamptz := coalesce((report->>'at')::timestamptz, clock_timestamp());
    category work.category;
    place record;
    duty record;
    is_public boolean;
    routed boolean;
    history boolean := report ? 'at';
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    SELECT * INTO STRICT category FROM work.category AS c WHERE c.category = report->>'category';
    is_public := category.public_place = 'point' AND NOT report ? 'device_id';
    IF point IS NULL THEN
        SELECT h.area_version_id, h.area_id, h.code, h.level, h.path,
               CASE WHEN h.level = 'grid' THEN h.code END AS grid_code,
               CASE WHEN h.level = 'grid' THEN h.name END AS grid_name,
               CASE WHEN h.level = 'grid' THEN h.kind END AS grid_kind,
               h.method, h.confidence, NULL::float8 AS distance_to_edge_m,
               CASE WHEN h.level = 'grid' THEN jsonb_build_array(jsonb_build_object(
                   'code', h.code, 'share', h.confidence)) ELSE '[]' END AS candidates,
               NULL::text AS doubt, CASE WHEN h.method = 'code' THEN h.label_point END AS shown
        INTO place
        FROM app.area_held((report->>'area_id')::bigint, NULL, report->>'network', happened) AS h;
    ELSE
        SELECT l.*, CASE WHEN is_public THEN point ELSE
            (SELECT v.label_point FROM core.area_version AS v WHERE v.area_version_id = l.area_version_id) END AS shown
        INTO place
        FROM app.locate_report(point, report->>'network', happened, (report->>'accuracy_m')::float8) AS l;
    END IF;
    SELECT * INTO duty FROM app.route(category.category, place.path, place.grid_kind, happened);
    IF place.doubt IS NOT NULL THEN  -- nobody's work until somebody finds its location out
        duty.post_id := NULL; duty.role := NULL; duty.code := NULL; duty.department := NULL;
        duty.assigned_by := 'nobody: ' || place.doubt;
    END IF;
    routed := duty.post_id IS NOT NULL OR duty.department IS NOT NULL;

    ticket_id := nextval('work.ticket_id_seq');
    number := to_char(received AT TIME ZONE (report->>'zone'), 'YYYYMMDD') || '-' || lpad(ticket_id::text, greatest(6, length(ticket_id::text)), '0');
    due_at := coalesce((report->>'due_at')::timestamptz, app.due_at(received, duty.due_hours, duty.due_unit));
    step := coalesce(report->>'step', (
        SELECT s.step FROM work.step AS s
        WHERE s.workflow = category.workflow
          AND CASE WHEN routed THEN s.is_first_routed ELSE s.is_unrouted END));

    INSERT INTO work.ticket (ticket_id, number, network, category, workflow, step, source, area_version_id, area_id,
                             path, method, confidence, geom, has_public_point, reported_at, received_at, due_at, closed_at,
                             priority, due_hours, due_unit)
    VALUES (ticket_id, number, report->>'network', category.category, category.workflow, step,
            coalesce(report->>'source', 'app'), place.area_version_id,
            place.area_id, place.path, place.method, place.confidence,
            place.shown, is_public, coalesce((report->>'reported_at')::timestamptz, received), received, due_at,
            (report->>'closed_at')::timestamptz, duty.priority,
            CASE WHEN report->>'due_at' IS NULL THEN duty.due_hours END, duty.due_unit);
    INSERT INTO work.ticket_private (ticket_id, path, department, description, contact_name, contact_phone,
                                     lon, lat, system, accuracy_m, geom, named_area_id, device_id, post_id, external_id, doubt)
    VALUES (ticket_id, place.path, duty.department, report->>'description', report->>'contact_name',
            report->>'contact_phone', (report->>'lon')::float8, (report->>'lat')::float8, report->>'system',
            (report->>'accuracy_m')::float8, point, CASE WHEN point IS NULL THEN (report->>'area_id')::bigint END,
            (report->>'device_id')::bigint, duty.post_id, report->>'external_id', place.doubt);
    INSERT INTO work.event (ticket_id, path, department, at, action, to_step, actor, detail)
    VALUES (ticket_id, place.path, duty.department, received, 'received', step, report->>'actor', jsonb_build_object(
        'method', place.method, 'grid', place.grid_code, 'version', place.area_version_id, 'area', place.code,
        'post_id', duty.post_id, 'rule', duty.rule, 'assigned_by', duty.assigned_by)
        || jsonb_strip_nulls(jsonb_build_object('doubt', place.doubt))
        || coalesce(report->'said', '{}'));
    IF NOT history THEN
        INSERT INTO work.outbox (ticket_id, topic, payload)
        VALUES (ticket_id, 'ticket.received', jsonb_build_object('number', number, 'post_id', duty.post_id));
    END IF;

    post_id := duty.post_id; role := duty.role; post_code := duty.code; department := duty.department;
    area_code := place.code; area_level := place.level;
    grid_code := place.grid_code; grid_name := place.grid_name; grid_kind := place.grid_kind;
    area_version_id := place.area_version_id; method := place.method; confidence := place.confidence;
    distance_to_edge_m := place.distance_to_edge_m; candidates := place.candidates;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION app.receive_report(jsonb) IS
'One report becomes one ticket: located, routed, written with its first event and a notice, in one transaction';
GRANT EXECUTE ON FUNCTION app.receive_report(jsonb) TO gisgrid_service;
