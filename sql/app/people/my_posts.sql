CREATE FUNCTION app.my_posts(person_id bigint, area_id bigint, account_role text) RETURNS SETOF bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Ended posts count too, so that the tickets of an ended post stay on the list of its person, or of its role.
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
'Which posts belong to an account? Those of its person; without a person those of its role on its area';
GRANT EXECUTE ON FUNCTION app.my_posts(bigint, bigint, text) TO gisgrid_service;
