-- Long because it is one statement: located, above, routed, written. One statement for many rows costs a quarter of one
-- for each: to set a statement up takes longer than to write a row.
CREATE FUNCTION app.receive_reports(reports jsonb)
RETURNS TABLE (
    ticket_id bigint, number text, step text, due_at timestamptz, post_id bigint, role text, post_code text,
    department text, area_code text, area_level text, grid_code text, grid_name text, grid_kind text,
    area_version_id bigint, method text, confidence double precision, distance_to_edge_m double precision,
    candidates jsonb
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
-- Reports become tickets, in their order: each located, routed, written with its first event and a notice. The shared
-- boundary lock is a statement of its own, so that the next one sees the boundaries that are live under the lock.
-- Keys of a report: network, category, description, contact_name, contact_phone, source, zone, reported_at, said (for
-- the first event); the location: lon_wgs84, lat_wgs84, lon, lat, system, accuracy_m, or area_id, or none of these;
-- device_id of an alarm; inside, as app.locate_report takes it; and of history only: at (located and received then),
-- due_at, closed_at, step, external_id.
-- OFFSET 0: what is not asked for is not reckoned.
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT e.n, e.report, e.report->>'network' AS network, e.report ? 'at' AS history,
               st_setsrid(st_makepoint((e.report->>'lon_wgs84')::float8, (e.report->>'lat_wgs84')::float8), 4326) AS point,
               (e.report->>'area_id')::bigint AS named, (e.report->>'accuracy_m')::float8 AS accuracy_m,
               (e.report->>'device_id')::bigint AS device_id, (e.report->>'at')::timestamptz AS happened,
               coalesce((e.report->>'at')::timestamptz, clock_timestamp()) AS received,
               e.report->>'category' AS category
        FROM jsonb_array_elements(receive_reports.reports) WITH ORDINALITY AS e(report, n)
    ),
    located AS MATERIALIZED (
        SELECT g.*, c.workflow, coalesce(c.public_place = 'point' AND NOT g.report ? 'device_id', false) AS is_public,
               l.area_version_id, l.area_id, l.code, l.level, l.path, l.grid_code, l.grid_name, l.grid_kind, l.method,
               l.confidence, l.distance_to_edge_m, l.candidates, l.doubt
        FROM given AS g
        LEFT JOIN work.category AS c ON c.category = g.category
        LEFT JOIN LATERAL (
            SELECT x.* FROM app.locate_report(g.point, g.network, g.happened, g.accuracy_m, g.report->'inside') AS x
            WHERE g.point IS NOT NULL OFFSET 0) AS l ON true
    ),
    held AS MATERIALIZED (
        -- The area of the point; of a report without a point the area that it names.
        SELECT p.n, p.report, p.network, p.history, p.point, p.named, p.accuracy_m, p.device_id, p.happened, p.received,
               p.category, p.workflow, p.is_public, p.doubt,
               coalesce(p.area_version_id, h.area_version_id) AS area_version_id,
               coalesce(p.area_id, h.area_id) AS held_by,
               coalesce(p.path, h.path, '{0}') AS path,
               coalesce(p.code, h.code) AS area_code, coalesce(p.level, h.level) AS area_level,
               coalesce(p.method, h.method) AS method, coalesce(p.confidence, h.confidence) AS confidence,
               CASE WHEN h.level = 'grid' THEN h.code ELSE p.grid_code END AS grid_code,
               CASE WHEN h.level = 'grid' THEN h.name ELSE p.grid_name END AS grid_name,
               CASE WHEN h.level = 'grid' THEN h.kind ELSE p.grid_kind END AS grid_kind,
               p.distance_to_edge_m,
               CASE WHEN h.level = 'grid' THEN jsonb_build_array(jsonb_build_object('code', h.code, 'share', h.confidence))
                    ELSE coalesce(p.candidates, '[]') END AS candidates,
               CASE WHEN p.point IS NULL THEN CASE WHEN h.method = 'code' THEN h.label_point END
                    WHEN p.is_public THEN p.point
                    ELSE (SELECT v.label_point FROM core.area_version AS v WHERE v.area_version_id = p.area_version_id)
               END AS shown
        FROM located AS p
        LEFT JOIN LATERAL (
            SELECT x.* FROM app.area_held(p.named, NULL, p.network, p.happened) AS x
            WHERE p.point IS NULL OFFSET 0) AS h ON true
    ),
    routed AS MATERIALIZED (
        -- Whose location is in doubt is nobody's work until somebody finds it out.
        SELECT h.*, d.rule, CASE WHEN h.doubt IS NULL THEN d.assigned_by ELSE 'nobody: ' || h.doubt END AS assigned_by,
               CASE WHEN h.doubt IS NULL THEN d.post_id END AS post_id,
               CASE WHEN h.doubt IS NULL THEN d.role END AS role,
               CASE WHEN h.doubt IS NULL THEN d.code END AS post_code,
               CASE WHEN h.doubt IS NULL THEN d.department END AS department, d.priority, d.due_hours, d.due_unit,
               coalesce((h.report->>'due_at')::timestamptz, app.due_at(h.received, d.due_hours, d.due_unit)) AS due_at,
               coalesce(h.report->>'step', (
                   SELECT s.step FROM work.step AS s
                   WHERE s.workflow = h.workflow
                     AND CASE WHEN h.doubt IS NULL AND (d.post_id IS NOT NULL OR d.department IS NOT NULL)
                              THEN s.is_first_routed ELSE s.is_unrouted END)) AS step
        FROM held AS h CROSS JOIN LATERAL app.route(h.category, h.path, h.grid_kind, h.happened) AS d
    ),
    counted AS MATERIALIZED (
        SELECT nextval('work.ticket_id_seq') AS ticket_id, r.* FROM (SELECT x.* FROM routed AS x ORDER BY x.n) AS r
    ),
    numbered AS MATERIALIZED (
        SELECT c.*, to_char(c.received AT TIME ZONE (c.report->>'zone'), 'YYYYMMDD') || '-'
                    || lpad(c.ticket_id::text, greatest(6, length(c.ticket_id::text)), '0') AS number
        FROM counted AS c
    ),
    ticket AS (
        INSERT INTO work.ticket (ticket_id, number, network, category, workflow, step, source, area_version_id, area_id,
                                 path, method, confidence, geom, has_public_point, reported_at, received_at, due_at,
                                 closed_at, priority, due_hours, due_unit)
        SELECT x.ticket_id, x.number, x.network, x.category, x.workflow, x.step, coalesce(x.report->>'source', 'app'),
               x.area_version_id, x.held_by, x.path, x.method, x.confidence, x.shown, x.is_public,
               coalesce((x.report->>'reported_at')::timestamptz, x.received), x.received, x.due_at,
               (x.report->>'closed_at')::timestamptz, x.priority,
               CASE WHEN x.report->>'due_at' IS NULL THEN x.due_hours END, x.due_unit
        FROM numbered AS x ORDER BY x.n
    ),
    private AS (
        INSERT INTO work.ticket_private (ticket_id, path, department, description, contact_name, contact_phone, lon, lat,
                                         system, accuracy_m, geom, named_area_id, device_id, post_id, external_id,
                                         doubt)
        SELECT x.ticket_id, x.path, x.department, x.report->>'description', x.report->>'contact_name',
               x.report->>'contact_phone', (x.report->>'lon')::float8, (x.report->>'lat')::float8, x.report->>'system',
               x.accuracy_m, x.point, CASE WHEN x.point IS NULL THEN x.named END, x.device_id, x.post_id,
               x.report->>'external_id', x.doubt
        FROM numbered AS x ORDER BY x.n
    ),
    event AS (
        INSERT INTO work.event (ticket_id, path, department, at, action, to_step, actor, detail)
        SELECT x.ticket_id, x.path, x.department, x.received, 'received', x.step, x.report->>'actor', jsonb_build_object(
                   'method', x.method, 'grid', x.grid_code, 'version', x.area_version_id, 'area', x.area_code,
                   'post_id', x.post_id, 'rule', x.rule, 'assigned_by', x.assigned_by)
               || jsonb_strip_nulls(jsonb_build_object('doubt', x.doubt)) || coalesce(x.report->'said', '{}')
        FROM numbered AS x ORDER BY x.n
    ),
    outbox AS (
        INSERT INTO work.outbox (ticket_id, topic, payload)
        SELECT x.ticket_id, 'ticket.received', jsonb_build_object('number', x.number, 'post_id', x.post_id)
        FROM numbered AS x WHERE NOT x.history ORDER BY x.n
    )
    SELECT x.ticket_id, x.number, x.step, x.due_at, x.post_id, x.role, x.post_code, x.department, x.area_code,
           x.area_level, x.grid_code, x.grid_name, x.grid_kind, x.area_version_id, x.method, x.confidence,
           x.distance_to_edge_m, x.candidates
    FROM numbered AS x ORDER BY x.n;
END $$;
COMMENT ON FUNCTION app.receive_reports(jsonb) IS
'Reports become tickets, in their order: located, routed, written with first event and notice, in one transaction';
GRANT EXECUTE ON FUNCTION app.receive_reports(jsonb) TO gisgrid_service;
