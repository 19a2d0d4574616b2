CREATE FUNCTION app.public_payload(payload jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
-- Notes and reasons that people typed are not public, so only the keys that are named here go out.
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(payload) AS p
        WHERE p.key IN ('from', 'to', 'from_step', 'to_step', 'clock', 'level')
          AND jsonb_typeof(p.value) IN ('string', 'null')
           OR p.key = 'score' AND jsonb_typeof(p.value) = 'number');
END $$;
COMMENT ON FUNCTION app.public_payload(jsonb) IS 'The public keys of a notice''s payload';
