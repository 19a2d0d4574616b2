-- Who did what, and who read whom: rows that nobody changes, each with a digest that covers the row before it.
-- A writer leaves a note, which waits for nobody; app.seal_audit appends the notes to the chain, one sealer at a time.
CREATE TABLE core.audit_note (
    note_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL
);
CREATE TABLE core.audit (
    audit_id bigint PRIMARY KEY,
    note_id bigint NOT NULL CONSTRAINT a_note_is_sealed_once UNIQUE,
    at timestamptz NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    digest bytea NOT NULL
);
CREATE INDEX audit_by_who ON core.audit (who, audit_id);
CREATE INDEX audit_by_time ON core.audit (at);
CREATE TABLE core.audit_head (
    is_one boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_head CHECK (is_one),
    audit_id bigint NOT NULL,
    digest bytea NOT NULL
);
INSERT INTO core.audit_head (audit_id, digest) VALUES (0, sha256('gisgrid audit'));
ALTER TABLE draft.changeset ADD COLUMN published_by text;
ALTER TABLE core.account_role
DROP CONSTRAINT works_in_is_known,
ADD CONSTRAINT works_in_is_known CHECK (works_in IN ('area', 'department', 'district', 'audit'));
INSERT INTO core.account_role (role, name_zh, name_en, works_in) VALUES ('auditor', '审计员', 'auditor', 'audit');
INSERT INTO core.action (action, name_zh, name_en) VALUES ('see_audit', '查阅审计记录', 'read the audit trail');
INSERT INTO core.permission (role, action) VALUES ('auditor', 'see_audit'), ('admin', 'see_audit');
