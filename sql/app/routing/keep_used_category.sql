CREATE FUNCTION app.keep_used_category() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used text [] := CASE
        WHEN EXISTS (SELECT FROM work.ticket AS t WHERE t.category = OLD.category) THEN ARRAY['有工单属于它', 'tickets are about it']
        WHEN EXISTS (SELECT FROM work.rule AS r WHERE r.category = OLD.category) THEN ARRAY['有规则用到它', 'routing rules name it']
    END;
BEGIN
    IF used IS NOT NULL THEN
        PERFORM app.refuse('category_used', OLD.category, OLD.name_zh, used[1], used[2]);
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION app.keep_used_category() IS 'Guard: a category in use is retired, never removed';
