CREATE FUNCTION app.read_date(words text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- 2026-12-01, 2026/12/1, 2026年12月1日, each with or without a time (08:30, 8点30分, 上午8时, 下午3点), full-width or not, in
-- the district's zone; ISO 8601 with an offset as well. NULL for blank words.
DECLARE
    plain text := btrim(translate(words, '０１２３４５６７８９：／－．　号时', '0123456789:/-. 日点'));
    p text[];
    zone text := (SELECT d.zone FROM core.deployment AS d);
BEGIN
    IF coalesce(plain, '') = '' THEN
        RETURN NULL;
    END IF;
    p := regexp_match(plain, '^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?'
        || '(?:[T\s]*(上午|下午)?\s*(\d{1,2})\s*[:点]\s*(?:(\d{1,2})\s*分?(?::(\d{1,2}(?:\.\d+)?))?)?)?\s*(Z|[-+]\d{2}:?\d{2}|[-+]\d{2})?$');
    IF p IS NULL OR (p[8] IS NOT NULL AND p[5] IS NULL) THEN
        PERFORM app.refuse('no_date', words);
    END IF;
    RETURN make_timestamptz(
        p[1]::int, p[2]::int, p[3]::int,
        coalesce(p[5]::int, 0) + CASE WHEN p[4] = '下午' AND p[5]::int < 12 THEN 12 ELSE 0 END,
        coalesce(p[6]::int, 0), coalesce(p[7]::float, 0), coalesce(replace(p[8], 'Z', '+00'), zone));
EXCEPTION WHEN datetime_field_overflow OR invalid_parameter_value THEN
    PERFORM app.refuse('no_date', words);
END $$;
COMMENT ON FUNCTION app.read_date(text) IS 'Which instant do these words name, as people write dates? NULL for none';
GRANT EXECUTE ON FUNCTION app.read_date(text) TO gisgrid_editor, gisgrid_service;
