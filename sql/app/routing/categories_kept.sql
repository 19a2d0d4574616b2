CREATE FUNCTION app.categories_kept(actor text)
RETURNS TABLE (
    id text, parent text, depth integer, name_zh text, name_en text, due_hours integer, due_unit text,
    public_place text, workflow text, needs_words boolean, retired boolean, is_used boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    RETURN QUERY
    SELECT c.category, c.parent, cardinality(c.path) - 2, c.name_zh, c.name_en, c.due_hours, c.due_unit, c.public_place,
           c.workflow, c.needs_words, c.retired_at IS NOT NULL,
           EXISTS (SELECT FROM work.ticket AS t WHERE t.category = c.category)
           OR EXISTS (SELECT FROM work.rule AS r WHERE r.category = c.category)
           OR EXISTS (SELECT FROM work.category AS x WHERE x.parent = c.category)
    FROM work.category AS c
    ORDER BY c.path;
END $$;
COMMENT ON FUNCTION app.categories_kept(text) IS
'The tree of categories, each below the one above it, with what is its own: needs_words null is taken over from above';
GRANT EXECUTE ON FUNCTION app.categories_kept(text) TO gisgrid_service;
