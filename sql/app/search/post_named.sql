CREATE FUNCTION app.post_named(code text)
RETURNS TABLE (post_id bigint, network text, area_code text, role text, title text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
SELECT
    p.post_id,
    a.network,
    a.code AS area_code,
    p.role,
    p.title
FROM core.post AS p
INNER JOIN core.area AS a ON p.area_id = a.area_id
WHERE post_named.code ~ '^post-[0-9]{1,18}$' AND p.post_id = substr(post_named.code, 6)::bigint;
END;
COMMENT ON FUNCTION app.post_named(text) IS
'Which post has the code post-N, and on which area? Ended posts too, because walls show their QR codes; no holder';
GRANT EXECUTE ON FUNCTION app.post_named(text) TO gisgrid_service;
