CREATE FUNCTION app.is_due(is_dated boolean, valid_from timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- Compared with now(), the time of the transaction, so that staging and going live cannot disagree within it.
SELECT NOT is_due.is_dated OR is_due.valid_from <= now();
END;
COMMENT ON FUNCTION app.is_due(boolean, timestamptz) IS
'Does a change set apply as soon as it is published, or wait for its date?';
