CREATE VIEW app.ticket_fact AS
-- Runs as the owner, because a person's own login may not read these two columns; it hides no row, and the plan of a
-- question about them counts what the view shows.
SELECT
    t.ticket_id,
    t.number,
    t.network,
    t.category,
    t.workflow,
    t.step,
    t.source,
    t.area_version_id,
    t.area_id,
    t.path,
    CASE WHEN t.has_public_point THEN t.method END AS method,
    CASE WHEN t.has_public_point THEN t.confidence END AS confidence,
    t.geom,
    t.reported_at,
    t.received_at,
    t.due_at,
    t.closed_at,
    t.priority,
    t.solved_in_grid
FROM work.ticket AS t;
COMMENT ON VIEW app.ticket_fact IS
'Public facts of tickets; method and confidence only of those whose public place is their point, because they tell how '
'near to an edge the point lies';
GRANT SELECT ON app.ticket_fact TO gisgrid_viewer;
