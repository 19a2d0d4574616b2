CREATE FUNCTION app.needs_words(category text) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
-- The category's own flag, else that of the nearest one above.
SELECT coalesce((
    SELECT a.needs_words
    FROM work.category AS c
    INNER JOIN work.category AS a ON a.category = ANY(c.path)
    WHERE c.category = needs_words.category AND a.needs_words IS NOT NULL
    ORDER BY array_position(c.path, a.category) DESC
    LIMIT 1
), true);
END;
COMMENT ON FUNCTION app.needs_words(text) IS 'Must a report of this category say something, or do place and picture do?';
GRANT EXECUTE ON FUNCTION app.needs_words(text) TO gisgrid_service;
