CREATE FUNCTION app.relocate_tickets(change_set bigint, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Relocates one batch of open tickets to the areas that hold them now; a ticket whose area code changes is assigned
-- again. gisgrid.relocated_from tells app.keep_path from when on the new path applies. A ticket whose point is private
-- is shown at the label point of its grid, and at the new one's once it moves: the old one would say that the point
-- lies where both grids were.
DECLARE
    moved bigint;
BEGIN
    PERFORM set_config('gisgrid.relocated_from', c.valid_from::text, true)
    FROM draft.changeset AS c WHERE c.changeset_id = change_set;
    WITH move AS (
        SELECT * FROM app.to_relocate(change_set) AS f WHERE f.what = 'ticket' LIMIT batch
    ),
    before AS (
        SELECT t.*, p.*, m.*
        FROM move AS m
        CROSS JOIN LATERAL (  -- one by one, however many there are taken to be
            SELECT a.ticket_id, a.area_id AS from_area_id, a.path AS from_path, a.category, a.workflow, a.step,
                   a.has_public_point
            FROM work.ticket AS a WHERE a.number = m.id AND a.closed_at IS NULL OFFSET 0 FOR UPDATE
        ) AS t
        CROSS JOIN LATERAL (
            SELECT a.geom IS NOT NULL AS has_point, a.doubt
            FROM work.ticket_private AS a WHERE a.ticket_id = t.ticket_id OFFSET 0
        ) AS p
    ),
    duty AS MATERIALIZED (
        SELECT b.*, r.rule, r.post_id, r.department, r.priority,
               app.step_once_routed(b.workflow, b.step, r.post_id IS NOT NULL OR r.department IS NOT NULL) AS next_step
        FROM before AS b
        LEFT JOIN core.area AS a ON a.area_id = b.to_area_id AND a.level = 'grid'
        LEFT JOIN LATERAL (SELECT w.* FROM app.route(b.category, b.path, a.kind) AS w LIMIT 1)  -- planned as one row
            AS r ON b.from_area_id IS DISTINCT FROM b.to_area_id AND b.doubt IS NULL
    ),
    ticket AS (
        UPDATE work.ticket AS t SET
            area_version_id = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.area_version_id
                                   ELSE t.area_version_id END,
            method = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.method ELSE t.method END,
            confidence = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.confidence ELSE t.confidence END,
            step = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.next_step ELSE t.step END,
            priority = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.priority ELSE t.priority END,
            area_id = d.to_area_id,
            path = d.path,
            geom = CASE
                WHEN d.has_point AND NOT t.has_public_point AND t.area_id IS DISTINCT FROM d.to_area_id THEN (
                    SELECT v.label_point FROM core.area_version AS v WHERE v.area_version_id = d.area_version_id)
                WHEN d.has_point OR t.geom IS NULL THEN t.geom
                ELSE coalesce(st_endpoint(d.arrow), t.geom) END
        FROM duty AS d WHERE t.ticket_id = d.ticket_id
        RETURNING t.ticket_id
    ),
    private AS (
        UPDATE work.ticket_private AS p SET
            path = d.path,
            post_id = CASE WHEN d.from_area_id IS DISTINCT FROM d.to_area_id THEN d.post_id ELSE p.post_id END,
            department = CASE WHEN d.from_area_id IS DISTINCT FROM d.to_area_id THEN d.department ELSE p.department END
        FROM duty AS d WHERE p.ticket_id = d.ticket_id
    ),
    event AS (
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, detail)
        SELECT d.ticket_id, d.path, d.department, 'moved', d.step, d.next_step, jsonb_build_object(
            'changeset', change_set, 'from', d.from_code, 'to', d.to_code, 'version', d.area_version_id,
            'rule', d.rule, 'post_id', d.post_id)
        FROM duty AS d WHERE d.from_area_id IS DISTINCT FROM d.to_area_id
    ),
    notice AS (
        INSERT INTO work.outbox (ticket_id, topic, payload, left_path)
        SELECT d.ticket_id, 'ticket.moved', jsonb_build_object(
            'from', CASE WHEN d.has_public_point THEN d.from_code END, 'to', d.to_code), d.from_path
        FROM duty AS d WHERE d.from_area_id IS DISTINCT FROM d.to_area_id
    )
    SELECT count(*) INTO moved FROM ticket;
    PERFORM set_config('gisgrid.relocated_from', '', true);
    RETURN moved;
END $$;
COMMENT ON FUNCTION app.relocate_tickets(bigint, integer) IS
'Relocate one batch of open tickets to the areas that hold them now';
