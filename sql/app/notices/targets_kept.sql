CREATE FUNCTION app.targets_kept(actor text)
RETURNS TABLE (
    name text, kind text, address text, topics text [], area text, category text, has_words boolean,
    may_be_private boolean, failures integer, waiting bigint, oldest timestamptz, parked bigint, delivered bigint,
    said text, pace_s float8
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM app.keeper_of_all(actor, 'manage_targets');
    RETURN QUERY
    SELECT g.name, g.kind, g.address, g.topics, a.code, g.category, g.has_words, g.may_be_private, g.failures,
           d.waiting, d.oldest, d.parked, d.delivered, l.said, extract(EPOCH FROM k.pace)::float8
    FROM work.target AS g
    JOIN work.target_kind AS k ON k.kind = g.kind
    LEFT JOIN core.area AS a USING (area_id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE x.delivered_at IS NULL AND x.parked_at IS NULL) AS waiting,
               min(x.since) FILTER (WHERE x.delivered_at IS NULL AND x.parked_at IS NULL) AS oldest,
               count(x.parked_at) AS parked, count(x.delivered_at) AS delivered
        FROM work.delivery AS x WHERE x.target_id = g.target_id) AS d
    LEFT JOIN LATERAL (
        SELECT x.said FROM work.delivery AS x WHERE x.target_id = g.target_id AND x.said IS NOT NULL
        ORDER BY x.tried_at DESC NULLS LAST LIMIT 1) AS l ON true
    ORDER BY g.name;
END $$;
COMMENT ON FUNCTION app.targets_kept(text) IS
'The targets of notices without their secrets: how many notices wait, are parked and arrived, and the last failure';
GRANT EXECUTE ON FUNCTION app.targets_kept(text) TO gisgrid_service;
