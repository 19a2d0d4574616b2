CREATE FUNCTION app.reporter_assignee(post bigint, held_by text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Names the post; names the person only if the post is marked public.
BEGIN
    IF post IS NULL AND held_by IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT jsonb_build_object(
            'role', r.role, 'role_zh', r.name_zh, 'role_en', r.name_en, 'title', p.title, 'area', a.code,
            'department', coalesce(p.department, held_by),
            'name', CASE WHEN p.is_public THEN h.name END, 'phone', CASE WHEN p.is_public THEN h.phone END)
        FROM (SELECT) AS always
        LEFT JOIN core.post AS p ON p.post_id = reporter_assignee.post
        LEFT JOIN core.post_role AS r ON r.role = p.role
        LEFT JOIN core.area AS a ON a.area_id = p.area_id
        LEFT JOIN core.person AS h ON h.person_id = p.person_id);
END $$;
COMMENT ON FUNCTION app.reporter_assignee(bigint, text) IS 'The public facts of an assignee: post, title, department';
