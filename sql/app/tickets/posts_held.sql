CREATE FUNCTION app.posts_held(
    actor text, network text, below text, words text DEFAULT '', with_past boolean DEFAULT false,
    most integer DEFAULT 200
)
RETURNS TABLE (
    post bigint, role text, role_zh text, role_en text, area text, area_name text, level text, title text,
    department text, name text, phone text, is_public boolean, valid_from timestamptz, valid_to timestamptz,
    open_tickets bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- `below` empty: everywhere where the actor works. One row more than `most` says that there are more.
DECLARE
    me core.account := app.keeper(actor, 'manage_posts');
    top_id bigint;
    sought text := '%' || replace(replace(replace(words, '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
    IF posts_held.below <> '' THEN
        SELECT a.area_id INTO top_id FROM core.area AS a WHERE a.network = posts_held.network AND a.code = posts_held.below;
        IF top_id IS NULL THEN
            PERFORM app.refuse('post_area_unknown', left(posts_held.below, 64));
        END IF;
    END IF;
    RETURN QUERY
    SELECT p.post_id, p.role, r.name_zh, r.name_en, a.code, v.name, a.level, p.title, p.department, h.name, h.phone,
           p.is_public, nullif(p.valid_from, '-infinity'), nullif(p.valid_to, 'infinity'),
           (SELECT count(*) FROM work.ticket_private AS w JOIN work.ticket AS t USING (ticket_id)
            WHERE w.post_id = p.post_id AND t.closed_at IS NULL)
    FROM core.post AS p
    JOIN core.post_role AS r ON r.role = p.role
    JOIN core.area AS a ON a.area_id = p.area_id
    LEFT JOIN LATERAL app.last_version(p.area_id) AS v ON true
    LEFT JOIN core.person AS h ON h.person_id = p.person_id
    WHERE app.keeps(me, p.path) AND (top_id IS NULL OR p.path @> ARRAY[top_id])
      AND (with_past OR p.valid_to > clock_timestamp())
      AND concat_ws(' ', a.code, v.name, h.name, h.phone, p.title, p.department, r.name_zh, r.name_en) ILIKE sought
    ORDER BY cardinality(p.path), a.code COLLATE "C", r.rank, p.valid_to DESC, p.post_id
    LIMIT most + 1;
END $$;
COMMENT ON FUNCTION app.posts_held(text, text, text, text, boolean, integer) IS
'Who holds which post of an area and below, from when to when, and how many open tickets are in his hand?';
GRANT EXECUTE ON FUNCTION app.posts_held(text, text, text, text, boolean, integer) TO gisgrid_service;
