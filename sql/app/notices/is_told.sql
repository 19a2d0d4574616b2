CREATE FUNCTION app.is_told(topics text [], topic text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text;
BEGIN
    FOREACH held IN ARRAY topics LOOP
        IF held = topic OR held LIKE '%*' AND starts_with(topic, rtrim(held, '*')) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN topics = '{}';
END $$;
COMMENT ON FUNCTION app.is_told(text [], text) IS
'Does this list of topics match the topic? An empty list matches all; a last * matches any ending';
