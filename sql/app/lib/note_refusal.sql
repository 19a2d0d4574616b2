CREATE FUNCTION app.note_refusal(account text, door text, status integer, subject text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- What somebody typed as a name may be his secret, so only the name of an account is kept.
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM app.note('refused', door, jsonb_build_object('status', status, 'of', subject)
        || CASE WHEN EXISTS (SELECT FROM core.account AS c WHERE c.name = note_refusal.account)
            THEN jsonb_build_object('account', note_refusal.account) ELSE '{}' END);
END $$;
COMMENT ON FUNCTION app.note_refusal(text, text, integer, text) IS
'Note a refused request: the account that somebody tried to sign in to, the door, the status, and what it was about';
GRANT EXECUTE ON FUNCTION app.note_refusal(text, text, integer, text) TO gisgrid_service;
