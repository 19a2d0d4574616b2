-- The page with which somebody of a role begins. The viewer knows no roles: it shows what the server names.
ALTER TABLE core.account_role
ADD COLUMN home text NOT NULL DEFAULT 'map'
CONSTRAINT home_is_a_page CHECK (home IN ('map', 'work', 'table', 'drafts', 'figures', 'people', 'audit'));
UPDATE core.account_role AS r SET home = h.home
FROM (
    VALUES
    ('worker', 'work'), ('department', 'work'), ('dispatcher', 'table'), ('editor', 'drafts'),
    ('supervisor', 'figures'), ('analyst', 'figures'), ('admin', 'people'), ('auditor', 'audit')
) AS h (role, home)
WHERE h.role = r.role;
