CREATE FUNCTION app.claim_delivery(target bigint, lease interval)
RETURNS TABLE (
    delivery_id bigint, claim uuid, notice_id uuid, topic text, happened_at timestamptz, facts jsonb,
    category_zh text, category_en text, step_zh text, step_en text, description text,
    kind text, address text, secret text, may_be_private boolean, name text, attempts integer, now timestamptz,
    recipient text
)
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- Claim the next notice for a target. Skipped: notices that another sender has claimed, and notices of a ticket that
-- still has an earlier one undelivered. A claim holds for `lease`; a notice without a result by then is due again.
-- A copy of a database sends nothing: the database itself does.
-- A target that has failed three times gets one notice at a time, until it answers.
DECLARE
    g work.target;
    d work.delivery;
BEGIN
    -- If a crash loses the claim or its result, the notice is only sent twice.
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT * INTO g FROM work.target AS x
    WHERE x.target_id = target AND x.next_at <= clock_timestamp() AND app.is_at_home() FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO d FROM work.delivery AS x
    WHERE x.target_id = target AND x.delivered_at IS NULL AND x.parked_at IS NULL AND x.next_at <= clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM work.delivery AS e
          WHERE e.target_id = x.target_id AND e.ticket_id = x.ticket_id AND e.delivery_id < x.delivery_id
            AND e.delivered_at IS NULL AND e.parked_at IS NULL)
    ORDER BY x.next_at, x.delivery_id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE work.delivery AS x SET
        claim = gen_random_uuid(), attempts = x.attempts + 1, tried_at = clock_timestamp(),
        next_at = clock_timestamp() + lease
    WHERE x.delivery_id = d.delivery_id RETURNING * INTO d;
    UPDATE work.target AS x SET next_at = clock_timestamp() + CASE WHEN x.failures >= 3 THEN lease ELSE k.pace END
    FROM work.target_kind AS k
    WHERE x.target_id = target AND k.kind = x.kind AND (x.failures >= 3 OR k.pace > interval '0');
    RETURN QUERY
    SELECT d.delivery_id, d.claim, o.notice_id, o.topic, o.created_at, o.facts, c.name_zh, c.name_en, s.name_zh, s.name_en,
           p.description, g.kind, g.address, g.secret, g.may_be_private, g.name, d.attempts, clock_timestamp(),
           (SELECT b.address FROM work.subscription AS b WHERE b.ticket_id = d.ticket_id AND b.kind = g.kind)
    FROM work.outbox AS o
    LEFT JOIN work.ticket AS t ON t.ticket_id = o.ticket_id
    LEFT JOIN work.category AS c ON c.category = o.facts->>'category'
    LEFT JOIN work.step AS s ON s.workflow = t.workflow AND s.step = o.facts->>'step'
    -- Private words by the present path: a ticket that has left the target's area no longer sends its words.
    LEFT JOIN work.ticket_private AS p ON p.ticket_id = o.ticket_id AND g.has_words AND g.area_id = ANY(p.path)
    WHERE o.outbox_id = d.outbox_id;
END $$;
COMMENT ON FUNCTION app.claim_delivery(bigint, interval) IS
'Claim the next notice for a target until the lease ends; no row: nothing is due, or other senders have it';
