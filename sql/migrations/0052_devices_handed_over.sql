-- Devices inside a drawn polygon are selected, and their list is handed to other programs: loudspeakers before a storm.
INSERT INTO core.action (action, name_zh, name_en) VALUES
('hand_over_devices', '把选中的设备交给其他系统', 'hand selected devices to other programs');
INSERT INTO core.permission (role, action)
SELECT r.role, 'hand_over_devices' FROM core.account_role AS r WHERE r.role IN ('dispatcher', 'supervisor', 'admin');
