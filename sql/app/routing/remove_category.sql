CREATE FUNCTION app.remove_category(actor text, category text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    IF EXISTS (SELECT FROM work.category AS c WHERE c.parent = remove_category.category) THEN
        PERFORM app.refuse('category_has_parts', left(remove_category.category, 64));
    END IF;
    DELETE FROM work.category AS c WHERE c.category = remove_category.category;
    IF NOT FOUND THEN
        PERFORM app.refuse('category_unknown', left(remove_category.category, 64));
    END IF;
END $$;
COMMENT ON FUNCTION app.remove_category(text, text) IS
'Remove a category that nothing is about and under which none lies; one in use is retired instead';
GRANT EXECUTE ON FUNCTION app.remove_category(text, text) TO gisgrid_service;
