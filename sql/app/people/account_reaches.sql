CREATE FUNCTION app.account_reaches(actor core.account, other core.account) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
SELECT coalesce(bool_or(
    actor.area_id IS NULL AND mine.works_in = 'district' OR mine.works_in <> 'department'
    AND his.works_in <> 'department' AND v.path @> ARRAY[actor.area_id]
), false)
FROM core.account_role AS mine
INNER JOIN core.account_role AS his ON his.role = other.role
LEFT OUTER JOIN LATERAL app.last_version(other.area_id) AS v ON true
WHERE mine.role = actor.role;
END;
COMMENT ON FUNCTION app.account_reaches(core.account, core.account) IS
'Does the second account work within the area of the first one? Of the whole, everybody does';
