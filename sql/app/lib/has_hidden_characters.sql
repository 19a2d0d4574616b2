CREATE FUNCTION app.has_hidden_characters(words text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- Line ends, tabs and other control characters, marks without width and those that turn the reading direction.
SELECT coalesce(
    words ~ '[\u0001-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]', false
);
END;
COMMENT ON FUNCTION app.has_hidden_characters(text) IS 'Does a name hold line ends or characters that nobody sees?';
GRANT EXECUTE ON FUNCTION app.has_hidden_characters(text) TO gisgrid_editor, gisgrid_service;
