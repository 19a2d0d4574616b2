CREATE FUNCTION app.save_things(kind text, columns text [], things jsonb, network text DEFAULT 'base')
RETURNS TABLE (saved bigint, changed bigint, outside bigint)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Takes `columns` of overlay.<kind> from `things` and finds area and path by the point. A row with a known code is
-- changed if a column differs. "overlay" is quoted in names of types, where PostgreSQL takes it for a keyword.
DECLARE
    held text := (SELECT string_agg(format('%I', c), ', ') FROM unnest(columns) AS c);
    said text := (SELECT string_agg(format('excluded.%I', c), ', ') FROM unnest(columns) AS c);
    old text := (SELECT string_agg(format('o.%I', c), ', ') FROM unnest(columns) AS c);
    given text := (SELECT string_agg(format('g.%I', c), ', ') FROM unnest(columns) AS c);
BEGIN
    RETURN QUERY EXECUTE format($sql$
        WITH given AS (
            SELECT e.ordinal, %3$s, l.area_id, coalesce(l.path, '{0}') AS path
            FROM jsonb_array_elements($1) WITH ORDINALITY AS e (thing, ordinal)
            CROSS JOIN LATERAL jsonb_populate_record(NULL::"overlay".%1$I, e.thing) AS g
            CROSS JOIN LATERAL app.locate(g.geom, $2) AS l
        ),
        there AS (SELECT o.code FROM overlay.%1$I AS o JOIN given AS g USING (code)),
        saved AS (
            INSERT INTO overlay.%1$I AS o (area_id, path, %2$s)
            SELECT area_id, path, %2$s FROM given ORDER BY ordinal
            ON CONFLICT (code) DO UPDATE SET (area_id, path, %2$s) = ROW (excluded.area_id, excluded.path, %4$s)
            WHERE (o.path, st_asewkb(o.geom), %5$s) IS DISTINCT FROM (excluded.path, st_asewkb(excluded.geom), %4$s)
            RETURNING o.code
        )
        SELECT count(*), count(*) FILTER (WHERE s.code IN (SELECT t.code FROM there AS t)),
               (SELECT count(*) FROM given AS g WHERE g.area_id IS NULL)
        FROM saved AS s$sql$, kind, held, given, said, old) USING things, network;
END $$;
COMMENT ON FUNCTION app.save_things(text, text [], jsonb, text) IS
'Writes things of a kind, each on the area of the network that holds its point. Returns how many are new or changed, '
'how many of these existed before, how many lie outside every area';
