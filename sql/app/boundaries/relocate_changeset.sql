CREATE FUNCTION app.relocate_changeset(change_set bigint, batch integer DEFAULT 2000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Relocate one batch after a publish: posts and overlays with the first batch, then tickets, then what the public sees
-- of those that stay. Returns how many tickets; call it until 0. It may be repeated after a crash, and called by
-- several at once, who then take turns.
DECLARE
    c draft.changeset;
    moved bigint := 0;
    renewed bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(app.relocation_lock());
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    IF c.published_at IS NULL OR c.followed_at IS NOT NULL OR c.valid_from > clock_timestamp() THEN
        RETURN 0;
    END IF;
    PERFORM app.transfer_posts(change_set);
    PERFORM app.relocate_overlays(change_set);
    moved := app.relocate_tickets(change_set, batch);
    IF moved = 0 AND c.policy = 'move' THEN
        renewed := app.renew_public_places(change_set, batch);
    END IF;
    UPDATE draft.changeset AS u SET
        summary = u.summary || jsonb_build_object(
            'tickets_moved', moved + coalesce((u.summary ->> 'tickets_moved')::bigint, 0)),
        followed_at = CASE WHEN moved + renewed = 0 THEN clock_timestamp() END
    WHERE u.changeset_id = change_set;
    RETURN moved + renewed;
END $$;
COMMENT ON FUNCTION app.relocate_changeset(bigint, integer) IS
'Relocate one batch of open tickets after a publish; returns how many, 0 when all are relocated';
GRANT EXECUTE ON FUNCTION app.relocate_changeset(bigint, integer) TO gisgrid_service;
