-- plpgsql where a query is asked for every report: it keeps its plans, which an SQL function makes anew at each call.
CREATE FUNCTION app.public_facts(ticket bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT jsonb_build_object(
            'number', t.number,
            'category', t.category,
            'step', t.step,
            'grid', CASE WHEN v.area_version_id IS NOT NULL
                THEN jsonb_build_object('code', v.code, 'name', v.name, 'kind', v.kind) END,
            'area', CASE WHEN a.area_id IS NOT NULL THEN jsonb_build_object('code', a.code, 'level', a.level) END,
            'received_at', t.received_at,
            'due_at', t.due_at,
            'closed_at', t.closed_at)
        FROM work.ticket AS t
        LEFT JOIN core.area_version AS v ON v.area_version_id = t.area_version_id
        LEFT JOIN core.area AS a ON a.area_id = t.area_id
        WHERE t.ticket_id = ticket);
END $$;
COMMENT ON FUNCTION app.public_facts(bigint) IS 'What anybody may know of a ticket, as notices tell it';

CREATE FUNCTION app.public_payload(payload jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
-- What people have typed (notes, reasons) is not public, so only what is named here goes out.
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(payload) AS p
        WHERE p.key IN ('from', 'to', 'from_step', 'to_step', 'clock', 'level')
          AND jsonb_typeof(p.value) IN ('string', 'null')
           OR p.key = 'score' AND jsonb_typeof(p.value) = 'number');
END $$;
COMMENT ON FUNCTION app.public_payload(jsonb) IS 'Of what the writer of a notice says, the keys that are public';

CREATE FUNCTION app.is_in_category(category text, sought text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH RECURSIVE above AS (
            SELECT c.category, c.parent FROM work.category AS c WHERE c.category = is_in_category.category
            UNION ALL
            SELECT p.category, p.parent FROM work.category AS p JOIN above AS a ON p.category = a.parent
        )
        SELECT count(*) > 0 FROM above AS a WHERE a.category = sought);
END $$;
COMMENT ON FUNCTION app.is_in_category(text, text) IS 'Is a category this one, or does it lie below it?';

CREATE FUNCTION app.is_told(topics text [], topic text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text;
BEGIN
    FOREACH held IN ARRAY topics LOOP
        IF held = topic OR held LIKE '%*' AND starts_with(topic, rtrim(held, '*')) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN topics = '{}';
END $$;
COMMENT ON FUNCTION app.is_told(text [], text) IS 'Does this list of topics hold the topic? Empty: all; a last * stands for anything';

CREATE FUNCTION app.address_notices(written bigint []) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- Runs in the transaction that causes the notices, after its statement: what the ticket is now is what is told.
BEGIN
    IF NOT EXISTS (SELECT FROM work.target) THEN
        RETURN;
    END IF;
    WITH addressed AS (
        INSERT INTO work.delivery (outbox_id, target_id, ticket_id)
        SELECT o.outbox_id, g.target_id, o.ticket_id
        FROM work.outbox AS o
        JOIN work.ticket AS t ON t.ticket_id = o.ticket_id
        JOIN work.target AS g ON app.is_told(g.topics, o.topic)
            AND (g.area_id IS NULL OR g.area_id = ANY(t.path) OR g.area_id = ANY(o.left_path))
            AND (g.category IS NULL OR app.is_in_category(t.category, g.category))
        WHERE o.outbox_id = ANY(written)
        ORDER BY o.outbox_id, g.target_id
        RETURNING delivery.outbox_id
    )
    UPDATE work.outbox AS o SET facts = app.public_facts(o.ticket_id) || app.public_payload(o.payload)
    WHERE o.outbox_id IN (SELECT a.outbox_id FROM addressed AS a);
END $$;
COMMENT ON FUNCTION app.address_notices(bigint []) IS 'Give notices their deliveries, one a target, and the facts that go out';
