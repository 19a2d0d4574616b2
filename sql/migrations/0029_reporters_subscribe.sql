-- A reporter subscribes to his report by the ways that he chose: his mailbox, his number at a city's message service.
INSERT INTO work.target_kind (kind, name_zh, name_en, pace, needs_secret) VALUES
('reporter', '上报人邮箱', 'mailboxes of reporters', '0', false),
('message', '城市消息服务', 'a city''s message service for reporters', '0', true);
CREATE TABLE work.subscription (
    ticket_id bigint NOT NULL REFERENCES work.ticket,
    kind text NOT NULL REFERENCES work.target_kind
    CONSTRAINT a_reporter_is_told_so CHECK (kind IN ('reporter', 'message')),
    address text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT a_reporter_subscribes_one_way_once PRIMARY KEY (ticket_id, kind)
);
ALTER TABLE core.deployment
ADD COLUMN reopen_days integer NOT NULL DEFAULT 30 CONSTRAINT reopen_days_is_not_negative CHECK (reopen_days >= 0);
