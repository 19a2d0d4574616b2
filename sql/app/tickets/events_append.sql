CREATE FUNCTION app.events_append() RETURNS trigger LANGUAGE plpgsql AS $$
-- app.erase_reporter alone masks a reporter's name and number in the words of its ticket's events; the row's guard holds
-- it to that. As a statement's guard it refuses before a row is looked for.
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('gisgrid.erasing', true) <> '' AND (
        TG_LEVEL = 'STATEMENT' OR current_setting('gisgrid.erasing') = to_jsonb(OLD) ->> 'ticket_id'
        AND to_jsonb(NEW) - '{note,detail}'::text[] = to_jsonb(OLD) - '{note,detail}'::text[]) THEN
        RETURN NEW;
    END IF;
    PERFORM app.refuse('ticket_history', '事件', 'events');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.events_append() IS
'Guard: events of tickets are appended, never changed or deleted; but a reporter is erased from their words';
