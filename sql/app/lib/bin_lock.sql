CREATE FUNCTION app.bin_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 7147007::bigint;
END;
COMMENT ON FUNCTION app.bin_lock() IS
'Advisory lock: one at a time folds into squares that are kept what others appended, as the last thing that it does';
