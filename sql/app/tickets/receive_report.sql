CREATE FUNCTION app.receive_report(report jsonb)
RETURNS TABLE (
    ticket_id bigint, number text, step text, due_at timestamptz, post_id bigint, role text, post_code text,
    department text, area_code text, area_level text, grid_code text, grid_name text, grid_kind text,
    area_version_id bigint, method text, confidence double precision, distance_to_edge_m double precision,
    candidates jsonb
)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
SELECT r.* FROM app.receive_reports(jsonb_build_array(receive_report.report)) AS r;
END;
COMMENT ON FUNCTION app.receive_report(jsonb) IS 'One report becomes one ticket, as app.receive_reports has it';
GRANT EXECUTE ON FUNCTION app.receive_report(jsonb) TO gisgrid_service;
