CREATE FUNCTION app.most_corners() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 10000;
END;
COMMENT ON FUNCTION app.most_corners() IS
'How many corners may a grid drawn by hand have? The checks of a save take longer than in proportion';
GRANT EXECUTE ON FUNCTION app.most_corners() TO gisgrid_editor;
