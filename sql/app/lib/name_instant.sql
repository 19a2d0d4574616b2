CREATE FUNCTION app.name_instant(instant timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT to_char(l.at, CASE WHEN l.at::time = '00:00' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI' END)
FROM (SELECT name_instant.instant AT TIME ZONE d.zone AS at FROM core.deployment AS d) AS l;
END;
COMMENT ON FUNCTION app.name_instant(timestamptz) IS
'An instant as text in the district''s zone; midnight is written as the date alone';
