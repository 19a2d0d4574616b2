CREATE FUNCTION app.name_invalid(reason text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- PostGIS' reason why a shape is invalid, in Chinese; a reason that this list lacks stays in English.
SELECT CASE
    WHEN reason ILIKE '%self-intersection%' THEN '边界自相交'
    WHEN reason ILIKE 'hole lies outside%' THEN '洞在外边界之外'
    WHEN reason ILIKE '%nested%' THEN '环互相嵌套'
    WHEN reason ILIKE 'interior is disconnected%' THEN '内部不连通'
    WHEN reason ILIKE 'duplicate rings%' THEN '环重复'
    WHEN reason ILIKE 'too few points%' THEN '点数太少'
    ELSE regexp_replace(reason, '\[.*\]$', '')
END || coalesce(substring(reason FROM '\[.*\]$'), '');
END;
COMMENT ON FUNCTION app.name_invalid(text) IS 'Why a shape is invalid, in Chinese, with the place that PostGIS names';
