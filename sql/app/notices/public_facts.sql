-- Generated from gisgrid/ticket_fields.py by `.venv/bin/python -m tests.house.field_tables`; never edited.
-- plpgsql, because this query runs for every report: plpgsql keeps its plans, an SQL function plans at each call.
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
            'area', CASE WHEN a.area_id IS NOT NULL
                THEN jsonb_build_object('code', a.code, 'level', a.level) END,
            'received_at', t.received_at,
            'due_at', t.due_at,
            'closed_at', t.closed_at)
        FROM work.ticket AS t
        LEFT JOIN core.area_version AS v ON v.area_version_id = t.area_version_id
        LEFT JOIN core.area AS a ON a.area_id = t.area_id
        WHERE t.ticket_id = public_facts.ticket);
END $$;
COMMENT ON FUNCTION app.public_facts(bigint) IS 'The public facts of a ticket, as notices send them';
