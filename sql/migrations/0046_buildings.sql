-- Buildings lie on the ground too: they stand in the way of a camera's view.
INSERT INTO overlay.ground_kind (kind, name_zh, name_en) VALUES ('building', '建筑', 'building');
