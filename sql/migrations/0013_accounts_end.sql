-- An account that was removed stays as a row: history names it, and its name is nobody else's.
ALTER TABLE core.account
ADD COLUMN removed_at timestamptz,
ADD COLUMN secret_argon2 text,
ADD CONSTRAINT a_removed_account_is_disabled CHECK (removed_at IS NULL OR disabled_at IS NOT NULL);
INSERT INTO core.action (action, name_zh, name_en) VALUES
('manage_accounts', '管理区域内的账号', 'manage the accounts of the own area, up to the own role'),
('give_any_role', '授予任何角色', 'give accounts every role, also what the own role may not do');
INSERT INTO core.permission (role, action) VALUES
('supervisor', 'manage_accounts'),
('admin', 'manage_accounts'),
('admin', 'give_any_role');
