CREATE FUNCTION app.tokens_kept(actor text)
RETURNS TABLE (kind text, code text, name text, area text, made_at timestamptz, disabled_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    RETURN QUERY
    SELECT 'device', d.code, d.name, a.code, t.made_at, d.disabled_at
    FROM overlay.device AS d
    LEFT JOIN overlay.device_token AS t USING (device_id)
    LEFT JOIN core.area AS a USING (area_id)
    UNION ALL
    SELECT 'phone', c.name, h.name, a.code, t.made_at, c.disabled_at
    FROM overlay.ping_token AS t
    JOIN core.account AS c USING (account_id)
    LEFT JOIN core.person AS h USING (person_id)
    LEFT JOIN core.area AS a ON a.area_id = c.area_id
    ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION app.tokens_kept(text) IS
'Devices and the phones of workers: has each a token, since when, and does it count? Of a token nothing can be shown';
GRANT EXECUTE ON FUNCTION app.tokens_kept(text) TO gisgrid_service;
