-- Takes no scope: the caller has checked the ticket's secret.
CREATE FUNCTION app.track_report(ticket_number text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The ticket that is about the same thing is named only where its point is public: he knows where his own is.
-- Of the history only what staff told the reporter and what the reporter answered; of the photos the reporter's own.
BEGIN
    RETURN (
        SELECT app.public_facts(t.ticket_id) || jsonb_build_object(
            'workflow', t.workflow,
            'reported_at', t.reported_at,
            'place', CASE WHEN t.geom IS NOT NULL THEN jsonb_build_object('lon', st_x(t.geom), 'lat', st_y(t.geom)) END,
            'description', p.description,
            'steps', (
                SELECT jsonb_agg(jsonb_build_object('step', s.step, 'name_zh', s.name_zh, 'name_en', s.name_en)
                                 ORDER BY s.position)
                FROM work.step AS s WHERE s.workflow = t.workflow),
            'assignee', app.reporter_assignee(p.post_id, p.department),
            'duplicate_of', (
                SELECT o.number FROM work.ticket AS o WHERE o.ticket_id = t.duplicate_of AND o.has_public_point),
            'waits_for_you', m.answer,
            'may', to_jsonb(m),
            'talk', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'at', e.at, 'is_yours', e.action = 'answered', 'text', e.note) ORDER BY e.event_id), '[]')
                FROM work.event AS e WHERE e.ticket_id = t.ticket_id AND e.action IN ('told', 'answered')),
            'photos', (
                SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'photo_id', f.photo_id, 'kind', f.kind, 'added_at', f.added_at, 'width', f.width,
                    'height', f.height, 'bytes', f.bytes, 'media_type', f.media_type) ORDER BY f.photo_id), '[]')
                FROM work.photo AS f WHERE f.ticket_id = t.ticket_id AND f.kind = 'report'),
            'rating', (
                SELECT jsonb_build_object('rater', g.rater, 'score', g.score, 'words', g.words, 'rated_at', g.rated_at)
                FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter'))
        FROM work.ticket AS t
        JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id
        CROSS JOIN app.reporter_may(t.ticket_id) AS m
        WHERE t.number = ticket_number);
END $$;
COMMENT ON FUNCTION app.track_report(text) IS
'What a reporter sees of his report: public facts, his words and photos, the assignee, the talk; null: no such ticket';
GRANT EXECUTE ON FUNCTION app.track_report(text) TO gisgrid_service;
