CREATE FUNCTION app.my_posts(person_id bigint, area_id bigint, account_role text) RETURNS SETOF bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Ended ones too: what was left with a post stays with whoever has its place.
SELECT p.post_id
FROM core.post AS p
INNER JOIN core.account_role AS r ON r.role = my_posts.account_role
WHERE
    CASE
        WHEN my_posts.person_id IS NOT NULL THEN p.person_id = my_posts.person_id
        ELSE p.area_id = my_posts.area_id AND p.role = ANY(r.post_roles)
    END;
END;
COMMENT ON FUNCTION app.my_posts(bigint, bigint, text) IS
'Which posts are those of an account: its person''s, or without one those of its role on its area';
GRANT EXECUTE ON FUNCTION app.my_posts(bigint, bigint, text) TO gisgrid_service;
