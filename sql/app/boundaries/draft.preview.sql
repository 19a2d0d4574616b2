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
'What publishing would move from which code to which: tickets, cameras, places, posts; a line to the new label point';
GRANT SELECT ON draft.preview TO gisgrid_service, gisgrid_editor;
