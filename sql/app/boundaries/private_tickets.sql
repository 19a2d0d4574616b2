CREATE FUNCTION app.private_tickets(change_set bigint)
RETURNS TABLE (code text, tickets bigint, mark geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Counts by grid and category are public, so these figures tell nothing new, wherever in the grid the line is drawn.
-- The mark is a short line, as every preview is a line, where the grid's label stood before.
SELECT
    a.code,
    n.tickets,
    st_makeline(v.label_point, st_translate(v.label_point, 0, 0.0002)) AS mark
FROM draft.changeset AS c
INNER JOIN draft.touched AS u ON c.changeset_id = u.changeset_id
INNER JOIN core.area AS a ON u.area_id = a.area_id
CROSS JOIN LATERAL (
    SELECT count(*) AS tickets FROM work.ticket AS t
    WHERE t.area_id = u.area_id AND t.closed_at IS NULL AND NOT t.has_public_point AND t.network = c.network
) AS n
CROSS JOIN LATERAL (
    SELECT w.label_point FROM core.area_version AS w
    WHERE w.area_id = u.area_id AND w.label_point IS NOT NULL AND w.recorded_from < c.published_at
    ORDER BY w.recorded_from DESC, w.valid_from DESC LIMIT 1
) AS v
WHERE c.changeset_id = private_tickets.change_set AND n.tickets > 0
ORDER BY a.code COLLATE "C";
END;
COMMENT ON FUNCTION app.private_tickets(bigint) IS
'How many open tickets whose exact place is private lie in each area that a change set alters?';
