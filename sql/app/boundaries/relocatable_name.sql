CREATE FUNCTION app.relocatable_name(change_set bigint)
RETURNS TABLE (number text, named_area_id bigint, area_id bigint, path bigint [], shown geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets without a location (nobody said a point, or the point is in doubt): on a touched area, with a
-- touched area named in the report, or on no area yet. Each is read by its key, however many there are taken to be.
SELECT
    t.number,
    p.named_area_id,
    t.area_id,
    t.path,
    CASE WHEN p.doubt IS NULL THEN t.geom END
FROM draft.changeset AS c
CROSS JOIN (
    SELECT o.ticket_id FROM draft.touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket AS a WHERE a.area_id = u.area_id AND a.closed_at IS NULL OFFSET 0
    ) AS o
    WHERE u.changeset_id = relocatable_name.change_set
    UNION
    SELECT n.ticket_id FROM draft.touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.named_area_id = u.area_id OFFSET 0
    ) AS n
    WHERE u.changeset_id = relocatable_name.change_set
    UNION
    SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.geom IS NULL AND a.path = '{0}'
    UNION
    SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.doubt IS NOT NULL AND a.path = '{0}'
) AS near
CROSS JOIN LATERAL (
    SELECT a.number, a.area_id, a.path, a.geom
    FROM work.ticket AS a
    WHERE a.ticket_id = near.ticket_id AND a.closed_at IS NULL AND a.network = c.network
    OFFSET 0
) AS t
CROSS JOIN LATERAL (
    SELECT a.named_area_id, a.doubt, a.geom
    FROM work.ticket_private AS a WHERE a.ticket_id = near.ticket_id
    OFFSET 0
) AS p
WHERE c.changeset_id = relocatable_name.change_set AND (p.geom IS NULL OR p.doubt IS NOT NULL);
END;
COMMENT ON FUNCTION app.relocatable_name(bigint) IS
'The open tickets without a location that a change set could relocate';
