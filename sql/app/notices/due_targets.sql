CREATE FUNCTION app.due_targets(lanes integer DEFAULT 1)
RETURNS TABLE (target_id bigint, waiting bigint)
LANGUAGE sql VOLATILE
BEGIN ATOMIC
SELECT g.target_id, d.waiting
FROM work.target AS g
CROSS JOIN LATERAL (
    SELECT count(*) AS waiting FROM (
        SELECT FROM work.delivery AS d
        WHERE d.target_id = g.target_id AND d.delivered_at IS NULL AND d.parked_at IS NULL
            AND d.next_at <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM work.delivery AS e
                WHERE e.target_id = d.target_id AND e.ticket_id = d.ticket_id AND e.delivery_id < d.delivery_id
                    AND e.delivered_at IS NULL AND e.parked_at IS NULL)
        LIMIT lanes
    ) AS l
) AS d
WHERE g.next_at <= clock_timestamp() AND d.waiting > 0 AND (SELECT app.is_at_home())
ORDER BY g.target_id;
END;
COMMENT ON FUNCTION app.due_targets(integer) IS
'Which targets have notices that are due, and how many, counted up to the number of lanes?';
