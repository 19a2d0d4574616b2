CREATE VIEW draft.preview WITH (security_invoker = true) AS
SELECT
    p.preview_id,
    p.changeset_id,
    p.what,
    p.id,
    p.from_code,
    p.to_code,
    p.geom::geometry (Geometry, 4326) AS geom
FROM app.previews_in_scope() AS p;
COMMENT ON VIEW draft.preview IS
'What publishing would relocate: tickets, cameras, places, devices, posts; a line to the label point of the new area; '
'what = tickets: how many tickets at private places (id) an altered area (from_code) has';
GRANT SELECT ON draft.preview TO gisgrid_service, gisgrid_editor;
