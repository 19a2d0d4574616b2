CREATE FUNCTION app.kept_spans(kept_from timestamptz, kept_to timestamptz, has_ever boolean DEFAULT false)
RETURNS TABLE (span text, starts date, stops date)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
-- All time, where that is kept as one (has_ever). Else whole years within whole quarters within whole months; what the
-- wider spans leave at both ends is of narrower ones.
WITH month AS (
    SELECT
        (kept_spans.kept_from AT TIME ZONE 'UTC')::date AS starts,
        (kept_spans.kept_to AT TIME ZONE 'UTC')::date AS stops
),

quarter AS (
    SELECT
        CASE
            WHEN isfinite(m.starts) THEN date_trunc('quarter', m.starts + interval '2 months')::date ELSE m.starts
        END AS starts,
        CASE WHEN isfinite(m.stops) THEN date_trunc('quarter', m.stops::timestamp)::date ELSE m.stops END AS stops
    FROM month AS m
),

year AS (
    SELECT
        CASE
            WHEN isfinite(q.starts) THEN date_trunc('year', q.starts + interval '11 months')::date ELSE q.starts
        END AS starts,
        CASE WHEN isfinite(q.stops) THEN date_trunc('year', q.stops::timestamp)::date ELSE q.stops END AS stops
    FROM quarter AS q
)

SELECT
    x.span,
    x.starts,
    x.stops
FROM month AS m
CROSS JOIN quarter AS q
CROSS JOIN year AS y
CROSS JOIN LATERAL (
    VALUES
    ('ever', m.starts, m.stops),
    ('year', y.starts, y.stops),
    ('quarter', q.starts, CASE WHEN y.starts < y.stops THEN y.starts ELSE q.stops END),
    ('quarter', CASE WHEN y.starts < y.stops THEN y.stops ELSE q.stops END, q.stops),
    ('month', m.starts, CASE WHEN q.starts < q.stops THEN q.starts ELSE m.stops END),
    ('month', CASE WHEN q.starts < q.stops THEN q.stops ELSE m.stops END, m.stops)
) AS x (span, starts, stops)
WHERE
    x.starts < x.stops
    AND (x.span = 'ever') = (kept_spans.has_ever AND m.starts = '-infinity' AND m.stops = 'infinity');
END;
COMMENT ON FUNCTION app.kept_spans(timestamptz, timestamptz, boolean) IS
'Which kept years, quarters and months make up a stretch of whole months of UTC? stops: not included';
