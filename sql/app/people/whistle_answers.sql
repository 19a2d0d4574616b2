CREATE FUNCTION app.whistle_answers(called text, path bigint [], actor_role text) RETURNS text []
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- The department itself reports in and is done; a role that calls departments in may say so for it, and let it go.
SELECT CASE
    WHEN app.may(whistle_answers.actor_role, 'whistle') AND whistle_answers.path && app.private_scope()
        THEN ARRAY['reported_in', 'done', 'withdrawn']
    WHEN app.may(whistle_answers.actor_role, 'answer_whistle') AND whistle_answers.called = app.scope_department()
        THEN ARRAY['reported_in', 'done']
    ELSE ARRAY[]::text []
END;
END;
COMMENT ON FUNCTION app.whistle_answers(text, bigint [], text) IS
'What may this role say of a department that was called to a ticket of this path: reported_in, done, withdrawn?';
GRANT EXECUTE ON FUNCTION app.whistle_answers(text, bigint [], text) TO gisgrid_service;
