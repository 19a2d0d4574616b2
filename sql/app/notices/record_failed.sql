CREATE FUNCTION app.record_failed(
    delivery bigint, claimed uuid, said text, blame text, give_up interval, retry_after interval DEFAULT '0'
) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
-- blame says who is at fault. target: it does not answer or answers badly; from its third failure on its other notices
-- wait as well. notice: the target refuses this notice. gone: the target wants no notices at all. A notice tried for
-- longer than give_up is parked; if the target is to blame, so are all notices that have waited for it as long.
-- Returns waiting or parked; null: another sender had claimed or delivered the notice meanwhile.
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
'Record a failed attempt: wait longer each time, park a notice tried for too long; returns waiting, parked or null';
