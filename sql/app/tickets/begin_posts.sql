CREATE FUNCTION app.begin_posts(actor text DEFAULT '', only_post bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Gives posts that have begun the open tickets of those whom they take over from; returns how many posts did.
-- Workers skip each other's posts. A post that was ended before anybody looked has its tickets routed again.
DECLARE
    p core.post;
    ticket bigint;
    begun bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(app.boundary_lock());
    FOR p IN
        SELECT x.* FROM core.post AS x
        WHERE x.takes_over_from IS NOT NULL AND x.valid_from <= clock_timestamp()
          AND x.post_id = coalesce(only_post, x.post_id)
        ORDER BY x.valid_from, x.post_id FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        IF p.valid_to > clock_timestamp() THEN
            FOR ticket IN SELECT t FROM app.open_of_post(p.takes_over_from) AS t LOOP
                PERFORM app.give_ticket(ticket, 'handed_over', p.post_id, p.department, coalesce(actor, ''), NULL, '{}');
            END LOOP;
        ELSE
            PERFORM app.reroute_from_post(p.takes_over_from, actor);
        END IF;
        UPDATE core.post AS x SET takes_over_from = NULL WHERE x.post_id = p.post_id;
        begun := begun + 1;
    END LOOP;
    RETURN begun;
END $$;
COMMENT ON FUNCTION app.begin_posts(text, bigint) IS
'Give posts that have begun, or one of them, the open tickets of those whom they take over from; returns how many did';
