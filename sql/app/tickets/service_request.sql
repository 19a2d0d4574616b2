CREATE VIEW app.service_request WITH (security_invoker = true) AS
SELECT
    t.ticket_id,
    t.number,
    CASE WHEN t.closed_at IS NULL THEN 'open' ELSE 'closed' END AS status,
    t.category,
    c.name_zh AS category_zh,
    s.name_zh AS step_zh,
    a.name AS area_name,
    g.code AS grid_code,
    st_x(t.geom) AS lon,
    st_y(t.geom) AS lat,
    t.received_at,
    t.due_at,
    t.closed_at
FROM work.ticket AS t
INNER JOIN work.category AS c ON t.category = c.category
INNER JOIN work.step AS s ON t.workflow = s.workflow AND t.step = s.step
LEFT JOIN core.area_version AS g ON t.area_version_id = g.area_version_id
LEFT JOIN LATERAL (
    SELECT v.name FROM core.area_version AS v
    WHERE v.area_id = t.area_id AND v.recorded_to = 'infinity'
    ORDER BY v.valid_from DESC LIMIT 1
) AS a ON true;
COMMENT ON VIEW app.service_request IS 'Tickets in the columns of Open311: public facts only';
GRANT SELECT ON app.service_request TO gisgrid_service, gisgrid_viewer;
