CREATE FUNCTION app.reopen_until(ticket bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT t.closed_at + make_interval(days => d.reopen_days)
FROM work.ticket AS t
CROSS JOIN core.deployment AS d
WHERE
    t.ticket_id = reopen_until.ticket AND t.duplicate_of IS NULL
    AND t.closed_at > clock_timestamp() - make_interval(days => d.reopen_days)
    AND EXISTS (
        SELECT FROM work.transition AS r
        WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'reopen'
    );
END;
COMMENT ON FUNCTION app.reopen_until(bigint) IS
'Until when may the reporter reopen his closed report (core.deployment.reopen_days)? null: he may not';
