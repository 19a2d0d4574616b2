CREATE FUNCTION app.on_duty(
    area_path bigint [],
    at timestamptz DEFAULT NULL,
    wanted_role text DEFAULT NULL,
    wanted_department text DEFAULT NULL,
    wanted_person bigint DEFAULT NULL
)
RETURNS TABLE (post_id bigint, role text, area_id bigint, code text, department text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
-- The lowest area that has such a post on duty; on that area the worker before the head before the centre.
DECLARE
    moment timestamptz := coalesce(on_duty.at, clock_timestamp());
    local timestamp := moment AT TIME ZONE (SELECT d.zone FROM core.deployment AS d);
BEGIN
    RETURN QUERY
    SELECT p.post_id, p.role, p.area_id, a.code, p.department
    FROM core.post AS p
    INNER JOIN core.post_role AS r ON p.role = r.role
    INNER JOIN core.area AS a ON p.area_id = a.area_id
    WHERE p.area_id = ANY(on_duty.area_path)
      AND CASE WHEN wanted_role IS NOT NULL THEN p.role = wanted_role
               WHEN wanted_department IS NOT NULL THEN p.department = wanted_department
               WHEN wanted_person IS NOT NULL THEN p.person_id = wanted_person
               ELSE r.takes_reports END
      AND p.valid_from <= moment AND p.valid_to > moment
      AND (NOT EXISTS (SELECT FROM core.roster AS s WHERE s.post_id = p.post_id) OR app.on_shift(p.post_id, local))
    ORDER BY array_position(on_duty.area_path, p.area_id) DESC, r.rank, p.post_id
    LIMIT 1;
END $$;
COMMENT ON FUNCTION app.on_duty(bigint [], timestamptz, text, text, bigint) IS
'Which post takes a report of this area path: grid worker, else head, else the centre above, as their rosters say; '
'or a post of the wanted role, department or person; no row: nobody is on duty';
GRANT EXECUTE ON FUNCTION app.on_duty(bigint [], timestamptz, text, text, bigint) TO gisgrid_service;
