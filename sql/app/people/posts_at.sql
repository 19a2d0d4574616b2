CREATE FUNCTION app.posts_at(area_path bigint [], at timestamptz DEFAULT NULL)
RETURNS TABLE (
    post_id bigint, role text, role_zh text, role_en text, area text, level text, title text, department text,
    takes_reports boolean, is_on_shift boolean, name text, phone text, is_shown boolean, is_public boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Posts are public; the person who holds one is for callers in scope, unless the post is marked public.
DECLARE
    moment timestamptz := coalesce(posts_at.at, clock_timestamp());
    local timestamp := moment AT TIME ZONE (SELECT d.zone FROM core.deployment AS d);
BEGIN
    RETURN QUERY
    SELECT p.post_id, p.role, r.name_zh, r.name_en, a.code, a.level, p.title, p.department,
           r.takes_reports, app.on_shift(p.post_id, local),
           CASE WHEN s.is_shown THEN h.name END, CASE WHEN s.is_shown THEN h.phone END, s.is_shown, p.is_public
    FROM core.post AS p
    JOIN core.post_role AS r ON r.role = p.role
    JOIN core.area AS a ON a.area_id = p.area_id
    LEFT JOIN core.person AS h ON h.person_id = p.person_id
    CROSS JOIN LATERAL (
        SELECT coalesce(p.is_public OR p.path && app.private_scope() OR p.department = app.scope_department(), false) AS is_shown
    ) AS s
    WHERE p.area_id = ANY(posts_at.area_path) AND p.geom IS NULL
      AND p.valid_from <= moment AND p.valid_to > moment
    ORDER BY array_position(posts_at.area_path, p.area_id) DESC, r.rank, p.post_id;
END $$;
COMMENT ON FUNCTION app.posts_at(bigint [], timestamptz) IS
'Which posts does this path of areas have, the lowest area first? Names and telephones only in scope or of public '
'posts';
GRANT EXECUTE ON FUNCTION app.posts_at(bigint [], timestamptz) TO gisgrid_service;
