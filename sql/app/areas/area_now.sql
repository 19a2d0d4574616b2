CREATE VIEW app.area_now WITH (security_invoker = true) AS
SELECT
    v.area_id,
    v.area_version_id,
    v.network,
    v.code,
    v.name,
    v.level,
    v.kind,
    p.code AS parent_code,
    v.valid_from,
    v.area_m2,
    v.geom
FROM app.area_at(now()) AS v
LEFT JOIN core.area AS p ON v.parent_id = p.area_id;
COMMENT ON VIEW app.area_now IS 'The live areas, read-only: every level, every network';
GRANT SELECT ON app.area_now TO gisgrid_service, gisgrid_viewer;
