COMMENT ON TABLE core.account IS 'Who can sign in, in which role, for which area; of the secret only what recognises it';
COMMENT ON COLUMN core.account.person_id IS
'The person who owns the account: mine are this person''s posts; null: the posts of the role on the account''s area';
CREATE TRIGGER guard_account BEFORE INSERT OR UPDATE OF role, area_id, department ON core.account
FOR EACH ROW EXECUTE FUNCTION app.guard_account();
GRANT SELECT ON core.account TO gisgrid_service;
COMMENT ON COLUMN core.account.disabled_at IS 'Since when nobody signs in to it; null: somebody may';
COMMENT ON COLUMN core.account.removed_at IS
'Since when it is gone for good; its row stays, because history names it and its name is nobody else''s';
COMMENT ON COLUMN core.account.secret_sha256 IS 'SHA-256 of the secret that was made for it; empty: none';
COMMENT ON COLUMN core.account.secret_argon2 IS 'Argon2 hash of the secret that its person chose; null: none';
COMMENT ON COLUMN core.account.subject IS
'Who signs in to it at the city''s provider: issuer and subject; null: nobody does';
COMMENT ON COLUMN core.account.group_name IS 'The group of the provider by which he has his role';
COMMENT ON COLUMN core.account.left_at IS
'Since when he was in no group any more, which disabled the account; null: somebody disabled it, or nobody';
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON core.account
FOR EACH ROW EXECUTE FUNCTION app.note_change(
    'account', 'name', 'role', 'area_id', 'department', 'disabled_at', 'removed_at'
);
