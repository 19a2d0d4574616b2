CREATE FUNCTION app.is_in_category(category text, sought text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH RECURSIVE above AS (
            SELECT c.category, c.parent FROM work.category AS c WHERE c.category = is_in_category.category
            UNION ALL
            SELECT p.category, p.parent FROM work.category AS p JOIN above AS a ON p.category = a.parent
        )
        SELECT count(*) > 0 FROM above AS a WHERE a.category = sought);
END $$;
COMMENT ON FUNCTION app.is_in_category(text, text) IS 'Is a category this one, or does it lie below it?';
