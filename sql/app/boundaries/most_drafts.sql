CREATE FUNCTION app.most_drafts(OUT grids integer, OUT changesets integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT 20000, 200;
END;
COMMENT ON FUNCTION app.most_drafts() IS
'How many new grids may lie in the open change sets of one login, and how many change sets may it have open?';
