-- What was forgotten: changes of transactions up to this one; who asks for what he missed since before reads all again.
ALTER TABLE core.deployment ADD COLUMN changes_forgotten bigint NOT NULL DEFAULT 0;
-- Where the chain of the audit trail begins: the row before its first one, once old rows are forgotten.
ALTER TABLE core.audit_head
ADD COLUMN root_id bigint NOT NULL DEFAULT 0,
ADD COLUMN root_digest bytea NOT NULL DEFAULT sha256('gisgrid audit');
-- The latest database session of a person's login that the audit trail tells of.
CREATE TABLE core.login_seen (
    login text PRIMARY KEY,
    noted_at timestamptz NOT NULL
);
