-- Long because it is one conversation: what the reporter sees, says, is told, and how he rates it in the end.
-- None of these asks for a scope: whoever calls has asked for the ticket's secret.
CREATE FUNCTION app.follow_report(ticket_number text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Of the history nothing but what was told to him, and what he has said himself; of photos his own.
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
            'duplicate_of', (SELECT o.number FROM work.ticket AS o WHERE o.ticket_id = t.duplicate_of),
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
COMMENT ON FUNCTION app.follow_report(text) IS
'What the reporter sees of his report: public facts, his words and photos, who has it, what he was told; null: no such';

CREATE FUNCTION app.reporter_assignee(post bigint, held_by text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The post, not the person, unless the post is marked public.
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
COMMENT ON FUNCTION app.reporter_assignee(bigint, text) IS 'Who has a report, as everybody may know: post, title, department';

CREATE FUNCTION app.reporter_photo(ticket_number text, photo bigint)
RETURNS TABLE (name text, sha256 bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT f.name, f.sha256 FROM work.photo AS f JOIN work.ticket AS t ON t.ticket_id = f.ticket_id
                 WHERE t.number = ticket_number AND f.photo_id = reporter_photo.photo AND f.kind = 'report';
END $$;
COMMENT ON FUNCTION app.reporter_photo(text, bigint) IS 'The file of a photo that the reporter sent himself';

CREATE FUNCTION app.note_talk(ticket bigint, what text, actor text, note text, detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- The notice says that something was said, never what.
BEGIN
    INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, actor, note, detail)
    SELECT t.ticket_id, t.path, p.department, what, t.step, t.step, note_talk.actor, note_talk.note, note_talk.detail
    FROM work.ticket AS t JOIN work.ticket_private AS p USING (ticket_id) WHERE t.ticket_id = note_talk.ticket;
    INSERT INTO work.outbox (ticket_id, topic, payload) VALUES (note_talk.ticket, 'ticket.' || what, note_talk.detail);
    PERFORM app.note_news(note_talk.ticket);
END $$;
COMMENT ON FUNCTION app.note_talk(bigint, text, text, text, jsonb) IS
'Write down what staff and reporter say to each other: an event with the words, a notice without';

CREATE FUNCTION app.tell_reporter(ticket_number text, words text, actor text, actor_role text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Why it was not done: unknown, not_allowed; null when done, also of a closed ticket.
DECLARE
    t record;
BEGIN
    SELECT * INTO t FROM app.ticket_to_change(
        ticket_number, actor_role, '{worker,department,dispatcher,supervisor,admin}');
    IF t.refused <> 'closed' THEN
        RETURN t.refused;
    END IF;
    PERFORM app.note_talk(t.ticket_id, 'told', tell_reporter.actor, words, '{}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.tell_reporter(text, text, text, text) IS
'Staff say something to the reporter, in their scope; returns why not, or null when done';

CREATE FUNCTION app.answer_staff(ticket_number text, words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- Why it was not done: unknown, not_waiting; null when done: then the clocks go on.
DECLARE
    ticket bigint := (SELECT t.ticket_id FROM work.ticket AS t WHERE t.number = ticket_number FOR UPDATE);
BEGIN
    IF ticket IS NULL THEN
        RETURN 'unknown';
    ELSIF NOT app.start_clock(ticket) THEN
        RETURN 'not_waiting';
    END IF;
    PERFORM app.note_talk(ticket, 'answered', NULL, words, (
        SELECT jsonb_build_object('due_at', t.due_at) FROM work.ticket AS t WHERE t.ticket_id = ticket));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.answer_staff(text, text) IS
'The reporter answers what he was asked, and the clocks go on; returns why not, or null when done';

CREATE FUNCTION app.rate_ticket(ticket_number text, score integer, words text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Why it was not done: unknown, not_yet, already, too_late; null when done. In a step that the reporter may leave,
-- he takes it: rating closes the ticket.
DECLARE
    t work.ticket;
    next_step text;
BEGIN
    SELECT * INTO t FROM work.ticket AS x WHERE x.number = ticket_number FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown';
    ELSIF NOT (SELECT m.rate FROM app.reporter_may(t.ticket_id) AS m) THEN
        RETURN CASE
            WHEN t.closed_at IS NULL THEN 'not_yet'
            WHEN EXISTS (SELECT FROM work.rating AS g WHERE g.ticket_id = t.ticket_id AND g.rater = 'reporter')
                THEN 'already'
            ELSE 'too_late' END;
    END IF;
    IF t.closed_at IS NULL THEN
        SELECT r.to_step INTO next_step FROM work.transition AS r
        JOIN work.step AS s ON s.workflow = r.workflow AND s.step = r.to_step
        WHERE r.workflow = t.workflow AND r.from_step = t.step AND r.kind = 'forward' AND 'reporter' = ANY(r.roles)
        ORDER BY s.closes DESC, s.position LIMIT 1;
        IF app.move_ticket(t.ticket_id, next_step, NULL, 'reporter', words) IS NOT NULL THEN
            RETURN 'not_yet';
        END IF;
    END IF;
    INSERT INTO work.rating AS g (ticket_id, rater, score, words)
    VALUES (t.ticket_id, 'reporter', rate_ticket.score, rate_ticket.words)
    ON CONFLICT ON CONSTRAINT a_rater_rates_a_ticket_once DO UPDATE
    SET score = excluded.score, words = excluded.words, rated_at = excluded.rated_at;
    PERFORM app.note_talk(t.ticket_id, 'rated', NULL, NULL, jsonb_build_object(
        'rater', 'reporter', 'score', rate_ticket.score));
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.rate_ticket(text, integer, text) IS
'The reporter rates how it went, 1 to 5, which closes a ticket in feedback; returns why not, or null when done';
