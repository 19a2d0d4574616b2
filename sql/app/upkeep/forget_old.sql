CREATE FUNCTION app.forget_old(what text, keep interval, batch integer DEFAULT 1000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
-- One batch; returns how many rows were looked at and went, 0 when all are done. Workers skip each other's rows.
-- By lists, not by joins: how long a list is the planner does not know, and it would compare each with each.
DECLARE
    before timestamptz := clock_timestamp() - keep;
    gone bigint;
    old bigint [];
BEGIN
    CASE what
    WHEN 'change' THEN
        WITH done AS (
            DELETE FROM core.change AS c WHERE c.ctid = ANY(ARRAY(
                SELECT o.spot FROM (
                    SELECT x.ctid AS spot, x.changed_at FROM core.change AS x ORDER BY x.transaction_id LIMIT batch) AS o
                WHERE o.changed_at < before)) RETURNING c.transaction_id
        ), kept AS (
            UPDATE core.deployment AS d SET changes_forgotten = greatest(d.changes_forgotten, l.latest)
            FROM (SELECT max(x.transaction_id::text::bigint) AS latest FROM done AS x) AS l WHERE l.latest IS NOT NULL
        )
        SELECT count(*) INTO gone FROM done;
    WHEN 'ping' THEN  -- the cells that were seen stay, without a name
        DELETE FROM overlay.ping AS p WHERE p.ctid = ANY(ARRAY(
            SELECT x.ctid FROM overlay.ping AS x WHERE x.at < before LIMIT batch));
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone < batch THEN  -- the last batch takes along what tells of the same days
            DELETE FROM overlay.walk AS w WHERE w.hour < before - interval '1 hour';
            DELETE FROM overlay.walk_due AS d WHERE d.hour < before - interval '1 hour';
            DELETE FROM overlay.ping_tally AS t WHERE t.day < before::date;
            DELETE FROM overlay.crossing AS c WHERE c.at < before;
            DELETE FROM overlay.presence AS s WHERE s.followed_at < before;
            DELETE FROM overlay.walker AS w WHERE w.at < before;
        END IF;
    WHEN 'client_ref' THEN
        DELETE FROM work.client_ref AS r WHERE r.ctid = ANY(ARRAY(
            SELECT x.ctid FROM work.client_ref AS x JOIN work.ticket AS t ON t.ticket_id = x.ticket_id
            WHERE t.received_at < before LIMIT batch FOR UPDATE OF x SKIP LOCKED));
        GET DIAGNOSTICS gone = ROW_COUNT;
    WHEN 'notice' THEN  -- not while one is still tried
        old := ARRAY(
            SELECT o.outbox_id FROM work.outbox AS o
            WHERE o.created_at < before AND NOT EXISTS (
                SELECT FROM work.delivery AS d
                WHERE d.outbox_id = o.outbox_id AND d.delivered_at IS NULL AND d.parked_at IS NULL OFFSET 0)
            ORDER BY o.outbox_id LIMIT batch FOR UPDATE SKIP LOCKED);
        DELETE FROM work.delivery AS d WHERE d.outbox_id = ANY(old);
        DELETE FROM work.outbox AS x WHERE x.outbox_id = ANY(old);
        gone := cardinality(old);
    WHEN 'session' THEN
        DELETE FROM core.session AS s WHERE s.ctid = ANY(ARRAY(
            SELECT x.ctid FROM core.session AS x WHERE x.expires_at < before LIMIT batch FOR UPDATE SKIP LOCKED));
        GET DIAGNOSTICS gone = ROW_COUNT;
    WHEN 'photo' THEN  -- their files go as files without a row
        DELETE FROM work.photo AS f WHERE f.photo_id = ANY(ARRAY(
            SELECT x.photo_id FROM work.photo AS x JOIN work.ticket AS t ON t.ticket_id = x.ticket_id
            WHERE t.closed_at < before AND x.added_at < before LIMIT batch FOR UPDATE OF x SKIP LOCKED));
        GET DIAGNOSTICS gone = ROW_COUNT;
    WHEN 'audit' THEN
        gone := app.forget_audit(before, batch);
    END CASE;
    RETURN gone;
END $$;
COMMENT ON FUNCTION app.forget_old(text, interval, integer) IS
'Delete one batch of what was kept long enough: change, ping, client_ref, notice, session, photo, audit; returns how many';
