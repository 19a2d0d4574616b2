-- Whose words, contacts, exact places, history and trails a role reads is an action of its own. Those that act on
-- tickets read them; those that only draw boundaries do not, nor any role that is made without saying so.
INSERT INTO core.action (action, name_zh, name_en) VALUES
('read_private', '查看群众信息与人员轨迹', 'read words, contacts, exact places and history of tickets, and trails');
INSERT INTO core.permission (role, action)
SELECT DISTINCT
    p.role,
    'read_private'
FROM core.permission AS p
WHERE p.action NOT LIKE 'see\_%' AND p.action NOT IN ('draw_boundaries', 'hear_of_boundaries');
DELETE FROM core.permission AS p
WHERE
    p.action = 'see_patrol'
    AND p.role NOT IN (SELECT r.role FROM core.permission AS r WHERE r.action = 'read_private');
-- Who reads figures: a login of his own that only reads, no words, no map layer of a scoped kind.
INSERT INTO core.account_role (role, name_zh, name_en, works_in, login_under) VALUES
('analyst', '数据分析员', 'analyst', 'area', 'gisgrid_viewer');
