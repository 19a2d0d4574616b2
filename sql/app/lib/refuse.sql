CREATE FUNCTION app.refuse(refusal text, VARIADIC words text [] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- MESSAGE and HINT hold a line of Chinese and a line of English; COLUMN holds the field, CONSTRAINT the refusal's key.
-- QGIS shows MESSAGE and HINT; gisgrid.database reads all four.
DECLARE
    r app.refusal;
BEGIN
    SELECT * INTO STRICT r FROM app.refusal AS x WHERE x.refusal = refuse.refusal;
    RAISE EXCEPTION USING
        ERRCODE = r.sqlstate,
        MESSAGE = format(r.message_zh, VARIADIC words) || E'\n' || format(r.message_en, VARIADIC words),
        HINT = format(r.remedy_zh, VARIADIC words) || E'\n' || format(r.remedy_en, VARIADIC words),
        COLUMN = r.field,
        CONSTRAINT = r.refusal;
END $$;
COMMENT ON FUNCTION app.refuse(text, text []) IS
'Refuse with a sentence of app.refusal, its gaps filled in; the database refuses in no other way';
GRANT EXECUTE ON FUNCTION app.refuse(text, text []) TO gisgrid_service, gisgrid_editor;
