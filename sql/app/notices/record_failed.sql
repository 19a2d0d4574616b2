CREATE FUNCTION app.record_failed(
    delivery bigint, claimed uuid, said text, blame text, give_up interval, retry_after interval DEFAULT '0'
) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- An attempt failed. blame: target (it does not answer, or not well: from the third time on the others wait with it),
-- notice (it refuses this one), gone (it will take none). Returns what became of the notice: waiting or parked; null
-- where it had been taken over or delivered meanwhile. What was tried for too long is parked, and with it all that
-- has waited for the same target as long.
DECLARE
    d work.delivery;
    outcome text;
BEGIN
    UPDATE work.delivery AS x SET
        said = record_failed.said,
        claim = NULL,
        next_at = clock_timestamp() + greatest(app.back_off(x.attempts), retry_after),
        parked_at = CASE WHEN blame = 'gone' OR x.since < clock_timestamp() - give_up THEN clock_timestamp() END
    WHERE x.delivery_id = delivery AND x.claim = claimed AND x.delivered_at IS NULL RETURNING x.* INTO d;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    outcome := CASE WHEN d.parked_at IS NULL THEN 'waiting' ELSE 'parked' END;
    IF blame = 'target' THEN
        UPDATE work.target AS g SET
            failures = g.failures + 1,
            next_at = clock_timestamp() + greatest(
                k.pace, retry_after, CASE WHEN g.failures >= 2 THEN app.back_off(g.failures - 1) END)
        FROM work.target_kind AS k
        WHERE g.target_id = d.target_id AND k.kind = g.kind;
        IF outcome = 'parked' THEN
            UPDATE work.delivery AS x SET parked_at = clock_timestamp(), said = 'waited behind others: ' || record_failed.said
            WHERE x.target_id = d.target_id AND x.delivered_at IS NULL AND x.parked_at IS NULL AND x.claim IS NULL
              AND x.since < clock_timestamp() - give_up;
        END IF;
    END IF;
    RETURN outcome;
END $$;
COMMENT ON FUNCTION app.record_failed(bigint, uuid, text, text, interval, interval) IS
'An attempt failed: wait longer each time, park what was tried for too long; returns waiting, parked or null';
