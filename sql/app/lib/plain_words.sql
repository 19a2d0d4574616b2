CREATE FUNCTION app.plain_words(given text, before text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
-- A name, code or title without blanks around it; null where nothing is left. What stood there before may stay as long
-- as it is: an older one is not refused because the shape beside it is redrawn.
DECLARE
    most CONSTANT integer := 200;
    words text := nullif(btrim(given, E' \u00A0\u3000'), '');
BEGIN
    IF app.has_hidden_characters(words) THEN
        PERFORM app.refuse('hidden_characters');
    END IF;
    IF char_length(words) > most AND words IS DISTINCT FROM before THEN
        PERFORM app.refuse('too_many_characters', left(words, 20), char_length(words)::text, most::text);
    END IF;
    RETURN words;
END $$;
COMMENT ON FUNCTION app.plain_words(text, text) IS
'A name, code or title, trimmed; null: none. Refuses line ends, what nobody sees, and more than 200 characters';
GRANT EXECUTE ON FUNCTION app.plain_words(text, text) TO gisgrid_editor, gisgrid_service;
