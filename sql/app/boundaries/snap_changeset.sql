CREATE FUNCTION app.snap_changeset(change_set bigint, snap_m double precision) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    c draft.changeset;
BEGIN
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        PERFORM app.refuse('changeset_unknown', change_set::text);
    ELSIF c.status <> 'open' THEN
        PERFORM app.refuse_ended(change_set, c.status);
    END IF;
    RETURN app.settle_changeset(change_set, snap_m / 111320);
END $$;
COMMENT ON FUNCTION app.snap_changeset(bigint, double precision) IS
'Make drawn lines the same as the live ones beside them that differ by less than snap_m metres; returns how many leaves '
'changed by that';
GRANT EXECUTE ON FUNCTION app.snap_changeset(bigint, double precision) TO gisgrid_service;
