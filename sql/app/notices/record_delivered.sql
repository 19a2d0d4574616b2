CREATE FUNCTION app.record_delivered(delivery bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- The notice has arrived, by this sender or by another one. False: the delivery was recorded before.
DECLARE
    reached bigint;
BEGIN
    UPDATE work.delivery AS d SET delivered_at = clock_timestamp(), parked_at = NULL, claim = NULL, said = NULL
    WHERE d.delivery_id = delivery AND d.delivered_at IS NULL RETURNING d.target_id INTO reached;
    UPDATE work.target AS g SET failures = 0, next_at = clock_timestamp() + k.pace
    FROM work.target_kind AS k
    WHERE g.target_id = reached AND g.failures > 0 AND k.kind = g.kind;
    RETURN reached IS NOT NULL;
END $$;
COMMENT ON FUNCTION app.record_delivered(bigint) IS
'Record that a notice has reached its target, and clear the target''s failures';
