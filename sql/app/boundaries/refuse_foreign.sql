CREATE FUNCTION app.refuse_foreign(change_set bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Functions that write as the owner ask this first, or a login of another town could have them work on a draft that its
-- row policies hide. Raises GG002, the same for one that is not there.
BEGIN
    IF NOT EXISTS (
        SELECT FROM draft.changeset AS c WHERE c.changeset_id = change_set AND app.may_change(c.path)) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
END $$;
COMMENT ON FUNCTION app.refuse_foreign(bigint) IS 'Refuse whoever asks for a change set outside his areas';
GRANT EXECUTE ON FUNCTION app.refuse_foreign(bigint) TO gisgrid_service;
