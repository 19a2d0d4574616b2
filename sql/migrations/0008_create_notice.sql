-- Who is told what happens to tickets, and what has reached them.
CREATE TABLE work.target_kind (
    kind text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    pace interval NOT NULL DEFAULT '0',
    needs_secret boolean NOT NULL DEFAULT false,
    CONSTRAINT pace_is_not_negative CHECK (pace >= interval '0')
);
COMMENT ON TABLE work.target_kind IS 'Value list: the ways in which somebody can be told';
COMMENT ON COLUMN work.target_kind.pace IS
'At least this long between two notices: the robots of chat groups are silenced past 20 a minute';
INSERT INTO work.target_kind (kind, name_zh, name_en, pace, needs_secret) VALUES
('webhook', 'Webhook 接口', 'webhook', '0', true),
('dingtalk', '钉钉群机器人', 'robot of a DingTalk group', '3 s', false),
('wecom', '企业微信群机器人', 'robot of a WeCom group', '3 s', false),
('email', '电子邮件', 'e-mail', '0', false);

CREATE SEQUENCE work.target_id_seq;
CREATE TABLE work.target (
    target_id bigint PRIMARY KEY DEFAULT nextval('work.target_id_seq'),
    name text NOT NULL CONSTRAINT target_name_is_unique UNIQUE
    CONSTRAINT target_name_is_plain CHECK (name ~ '^[a-z][a-z0-9_.-]{1,39}$'),
    kind text NOT NULL REFERENCES work.target_kind,
    address text NOT NULL,
    secret text,
    topics text [] NOT NULL DEFAULT '{}',
    area_id bigint REFERENCES core.area,
    category text REFERENCES work.category,
    has_words boolean NOT NULL DEFAULT false,
    may_be_private boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    failures integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT words_are_told_of_an_area_only CHECK (NOT has_words OR area_id IS NOT NULL)
);
ALTER SEQUENCE work.target_id_seq OWNED BY work.target.target_id;
COMMENT ON TABLE work.target IS 'Who is told: an end point, a group''s robot, a mailbox; of which topics, area, category';
COMMENT ON COLUMN work.target.topics IS 'Topics, a last * standing for anything; empty: all';
COMMENT ON COLUMN work.target.area_id IS 'Tickets of this area''s subtree only; null: of everywhere';
COMMENT ON COLUMN work.target.has_words IS 'Trusted with the words of its area''s tickets; all others get public facts';
COMMENT ON COLUMN work.target.may_be_private IS 'Its address may lie in a private network';
COMMENT ON COLUMN work.target.failures IS 'Failures of the end point since it last answered';
COMMENT ON COLUMN work.target.next_at IS 'Nothing is sent to it before';

-- Of an event: what was public then, and the areas that it left, whose targets are told too.
ALTER TABLE work.outbox DROP COLUMN delivered_at;
ALTER TABLE work.outbox ADD COLUMN facts jsonb;
ALTER TABLE work.outbox ADD COLUMN left_path bigint [];
ALTER TABLE work.outbox ADD CONSTRAINT notice_id_is_unique UNIQUE (notice_id);
COMMENT ON COLUMN work.outbox.notice_id IS 'One id an event: the same at every target and every attempt';
COMMENT ON COLUMN work.outbox.payload IS 'What the writer says of the event; of it only keys that are public go out';
COMMENT ON COLUMN work.outbox.facts IS 'Public facts of the ticket at the event; null where nobody is told';
COMMENT ON COLUMN work.outbox.left_path IS 'The path that the ticket had before it moved to another area';

CREATE TABLE work.delivery (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_id bigint NOT NULL REFERENCES work.outbox,
    target_id bigint NOT NULL REFERENCES work.target ON DELETE CASCADE,
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    claim uuid,
    tried_at timestamptz,
    delivered_at timestamptz,
    parked_at timestamptz,
    said text,
    CONSTRAINT a_notice_goes_to_a_target_once UNIQUE (outbox_id, target_id),
    CONSTRAINT a_parked_notice_is_not_delivered CHECK (delivered_at IS NULL OR parked_at IS NULL)
);
CREATE INDEX delivery_waiting ON work.delivery (target_id, next_at, delivery_id)
WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX delivery_order ON work.delivery (target_id, ticket_id, delivery_id)
WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX delivery_parked ON work.delivery (target_id, parked_at) WHERE parked_at IS NOT NULL;
COMMENT ON TABLE work.delivery IS 'A notice on its way to one target: waiting, delivered, or parked';
COMMENT ON COLUMN work.delivery.since IS 'Since when it is tried; parked when that is too long ago';
COMMENT ON COLUMN work.delivery.next_at IS 'When it is tried next; while it is being sent, when that counts as broken off';
COMMENT ON COLUMN work.delivery.claim IS 'Who is sending it: one that was taken over may not say that it failed';
COMMENT ON COLUMN work.delivery.said IS 'What the last attempt came to';

CREATE FUNCTION work.address_notices() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM app.address_notices(array_agg(w.outbox_id)) FROM written AS w HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.address_notices() IS
'Every notice written gets its deliveries in the same transaction, whoever writes it';
CREATE TRIGGER address_notices AFTER INSERT ON work.outbox
REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION work.address_notices();
