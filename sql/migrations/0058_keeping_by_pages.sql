-- Who keeps posts, rules, categories, targets and tokens without a command line.
INSERT INTO core.action (action, name_zh, name_en) VALUES
('manage_posts', '管理区域内的岗位', 'keep the posts of the own area'),
('manage_rules', '管理分派规则和事件类别', 'keep the routing rules and the categories'),
('manage_targets', '管理通知接收方和设备令牌', 'keep the targets of notices and the tokens of devices');
INSERT INTO core.permission (role, action) VALUES
('supervisor', 'manage_posts'),
('admin', 'manage_posts'),
('admin', 'manage_rules'),
('admin', 'manage_targets');
