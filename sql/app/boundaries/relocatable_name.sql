CREATE FUNCTION app.relocatable_name(change_set bigint)
RETURNS TABLE (number text, named_area_id bigint, area_id bigint, path bigint [], shown geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets without a location (nobody said a point, or the point is in doubt): on a touched area, with a
-- touched area named in the report, or on no area yet.
SELECT
    t.number,
    p.named_area_id,
    t.area_id,
    t.path,
    CASE WHEN p.doubt IS NULL THEN t.geom END
FROM (
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
INNER JOIN work.ticket AS t ON near.ticket_id = t.ticket_id
INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
INNER JOIN draft.changeset AS c ON t.network = c.network
WHERE c.changeset_id = relocatable_name.change_set AND t.closed_at IS NULL
    AND (p.geom IS NULL OR p.doubt IS NOT NULL);
END;
COMMENT ON FUNCTION app.relocatable_name(bigint) IS
'The open tickets without a location that a change set could relocate';
