CREATE FUNCTION app.address_notices(written bigint []) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- Runs after the statement that writes the notices, in its transaction: the facts are those that the statement left.
BEGIN
    IF NOT EXISTS (SELECT FROM work.target) THEN
        RETURN;
    END IF;
    WITH addressed AS (
        INSERT INTO work.delivery (outbox_id, target_id, ticket_id)
        SELECT o.outbox_id, g.target_id, o.ticket_id
        FROM work.outbox AS o
        LEFT JOIN work.ticket AS t ON t.ticket_id = o.ticket_id
        JOIN work.target AS g ON app.is_told(g.topics, o.topic)
            AND (g.area_id IS NULL OR g.area_id = ANY(t.path) OR g.area_id = ANY(o.left_path))
            -- Who walked where is private, and where devices stand tells of homes.
            AND (g.has_words OR o.topic NOT LIKE 'patrol.%' AND o.topic NOT LIKE 'device.%')
            AND (g.category IS NULL OR app.is_in_category(t.category, g.category))
            AND (g.kind NOT IN ('reporter', 'message') OR EXISTS (
                SELECT FROM work.subscription AS b WHERE b.ticket_id = o.ticket_id AND b.kind = g.kind))
        WHERE o.outbox_id = ANY(written)
        ORDER BY o.outbox_id, g.target_id
        RETURNING delivery.outbox_id
    )
    UPDATE work.outbox AS o SET facts = CASE
        WHEN o.ticket_id IS NULL THEN o.payload ELSE app.public_facts(o.ticket_id) || app.public_payload(o.payload) END
    WHERE o.outbox_id IN (SELECT a.outbox_id FROM addressed AS a);
END $$;
COMMENT ON FUNCTION app.address_notices(bigint []) IS
'Write one delivery for each target that wants these notices, and the facts that the notices send';
