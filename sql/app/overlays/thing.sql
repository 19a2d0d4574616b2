CREATE VIEW app.thing WITH (security_invoker) AS
SELECT
    c.relname::text COLLATE "C" AS kind,
    o.code,
    o.name,
    o.area_id,
    o.path,
    o.geom
FROM overlay.thing AS o
INNER JOIN pg_class AS c ON o.tableoid = c.oid;
COMMENT ON VIEW app.thing IS
'The things of every kind: kind is the table that holds them. No row policy applies here, so only the owner may read '
'the view';
