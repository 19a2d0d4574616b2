CREATE FUNCTION app.keep_used_category() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used text := CASE
        WHEN EXISTS (SELECT FROM work.ticket AS t WHERE t.category = OLD.category) THEN 'tickets are about it'
        WHEN EXISTS (SELECT FROM work.rule AS r WHERE r.category = OLD.category) THEN 'routing rules name it'
    END;
BEGIN
    IF used IS NOT NULL THEN
        RAISE EXCEPTION 'category % (%) cannot be removed: %', OLD.category, OLD.name_zh, used
            USING ERRCODE = 'foreign_key_violation', HINT = 'retire it: set retired_at';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION app.keep_used_category() IS 'Guard: a category in use is retired, never removed';
