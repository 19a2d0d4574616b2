CREATE FUNCTION app.save_category(actor text, category jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- `category`: the columns of work.category, and `is_retired`. A category of this id is changed.
DECLARE
    c work.category := jsonb_populate_record(NULL::work.category, save_category.category - '{path,retired_at}'::text[]);
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_rules');
    IF c.category !~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$' THEN
        PERFORM app.refuse('category_id', left(c.category, 64));
    ELSIF c.parent IS NOT NULL AND NOT EXISTS (SELECT FROM work.category AS x WHERE x.category = c.parent) THEN
        PERFORM app.refuse('category_parent_unknown', left(c.parent, 64));
    ELSIF EXISTS (SELECT FROM work.category AS x WHERE x.category <> c.category
                  AND x.parent IS NOT DISTINCT FROM c.parent AND x.name_zh = c.name_zh) THEN
        PERFORM app.refuse('category_name_taken', c.name_zh);
    ELSIF NOT EXISTS (SELECT FROM work.workflow AS w WHERE w.workflow = c.workflow) THEN
        PERFORM app.refuse('category_workflow_unknown', left(c.workflow, 64));
    END IF;
    c.retired_at := CASE WHEN (category ->> 'is_retired')::boolean THEN clock_timestamp() END;
    INSERT INTO work.category AS o
        (category, parent, name_zh, name_en, due_hours, due_unit, public_place, workflow, needs_words, retired_at)
    VALUES (c.category, c.parent, c.name_zh, c.name_en, c.due_hours, c.due_unit, c.public_place, c.workflow,
            c.needs_words, c.retired_at)
    ON CONFLICT ON CONSTRAINT category_pkey DO UPDATE SET
        parent = excluded.parent, name_zh = excluded.name_zh, name_en = excluded.name_en, due_hours = excluded.due_hours,
        due_unit = excluded.due_unit, public_place = excluded.public_place, workflow = excluded.workflow,
        needs_words = excluded.needs_words,
        retired_at = CASE WHEN excluded.retired_at IS NOT NULL THEN coalesce(o.retired_at, excluded.retired_at) END;
END $$;
COMMENT ON FUNCTION app.save_category(text, jsonb) IS 'Add a category, or change the one of this id';
GRANT EXECUTE ON FUNCTION app.save_category(text, jsonb) TO gisgrid_service;
