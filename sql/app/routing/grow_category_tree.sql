CREATE FUNCTION app.grow_category_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text[];
    circle text;
BEGIN
    WITH RECURSIVE tree AS (
        SELECT c.category, ARRAY['', c.category] AS path FROM work.category AS c WHERE c.parent IS NULL
        UNION ALL
        SELECT c.category, t.path || c.category FROM work.category AS c JOIN tree AS t ON c.parent = t.category
    ), changed AS (
        UPDATE work.category AS c SET path = t.path FROM tree AS t
        WHERE c.category = t.category AND c.path <> t.path RETURNING c.category
    )
    SELECT (SELECT array_agg(c.category) FROM changed AS c),
           (SELECT string_agg(c.category, ', ' ORDER BY c.category) FROM work.category AS c
            WHERE NOT EXISTS (SELECT FROM tree AS t WHERE t.category = c.category))
    INTO moved, circle;
    IF circle IS NOT NULL THEN
        PERFORM app.refuse('category_circle', circle);
    END IF;
    UPDATE work.rule AS r SET category = r.category WHERE r.category = ANY(moved);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.grow_category_tree() IS
'Writes the path of every category; refuses a circle; measures the rules again whose category has moved';
