CREATE FUNCTION app.beat(of_part text, next_within interval, is_failing boolean) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
INSERT INTO core.heartbeat AS h (part, patience, failing_since)
VALUES (of_part, next_within, CASE WHEN is_failing THEN clock_timestamp() END)
ON CONFLICT (part) DO UPDATE
SET beats = h.beats + 1, patience = excluded.patience,
failing_since = CASE WHEN excluded.failing_since IS NOT NULL THEN coalesce(h.failing_since, excluded.failing_since) END;
END;
COMMENT ON FUNCTION app.beat(text, interval, boolean) IS
'A part of the service tells that it lives, by when it will tell so again, and whether its last turn failed';
