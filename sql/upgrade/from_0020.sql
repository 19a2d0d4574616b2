-- Long because each function of a trigger that moved to schema app is dropped by name. What brings a database of the
-- state before release 0.1.0 (migrations 0001 to 0020) to the baseline in sql/migrations: the functions of its triggers
-- live in schema app now, and are built again with it. Its data stays as it is.
DROP TRIGGER note_leaving_grid ON work.ticket_private;
DROP TRIGGER note_solving ON work.ticket;
DROP FUNCTION core.add_work(timestamptz, interval);
DROP FUNCTION core.due_at(timestamptz, integer, text);
DROP FUNCTION core.measure_rules_of_shift();
DROP FUNCTION core.move_due(timestamptz, text, timestamptz, timestamptz);
DROP FUNCTION core.only_close_the_record();
DROP FUNCTION core.refresh_work_span();
DROP FUNCTION core.scope();
DROP FUNCTION core.scope_department();
DROP FUNCTION core.wake_listeners();
DROP FUNCTION core.work_before(timestamptz);
DROP FUNCTION draft.check_changed();
DROP FUNCTION draft.check_saved();
DROP FUNCTION draft.clear_changeset();
DROP FUNCTION draft.date_changeset();
DROP FUNCTION draft.fill_changeset();
DROP FUNCTION draft.flip_changeset();
DROP FUNCTION draft.guard_area();
DROP FUNCTION draft.guard_changeset();
DROP FUNCTION draft.guard_deleted();
DROP FUNCTION draft.mark_changed();
DROP FUNCTION draft.note_saved();
DROP FUNCTION draft.open_changeset();
DROP FUNCTION draft.prepare_changeset();
DROP FUNCTION draft.refuse_no_row();
DROP FUNCTION overlay.note_change();
DROP FUNCTION overlay.note_ground();
DROP FUNCTION work.address_notices();
DROP FUNCTION work.called_to();
DROP FUNCTION work.check_workflow();
DROP FUNCTION work.day_seconds(time, time);
DROP FUNCTION work.events_append();
DROP FUNCTION work.first_alarm(timestamptz, timestamptz, timestamptz, timestamptz);
DROP FUNCTION work.former_append();
DROP FUNCTION work.grow_category_tree();
DROP FUNCTION work.keep_path();
DROP FUNCTION work.keep_state();
DROP FUNCTION work.keep_used_category();
DROP FUNCTION work.measure_rule();
DROP FUNCTION work.note_change();
DROP FUNCTION work.note_leaving_grid();
DROP FUNCTION work.note_solving();
DROP FUNCTION work.refuse_tied_rule();
DROP FUNCTION work.start_clock();
DROP FUNCTION work.turn_clock();

ALTER TABLE core.login_scope ADD COLUMN verifier text;

ALTER TABLE draft.changeset ADD COLUMN is_approved boolean NOT NULL DEFAULT false;

ALTER TABLE core.level ADD COLUMN calls_departments boolean NOT NULL DEFAULT false;
UPDATE core.level SET calls_departments = true WHERE level IN ('district', 'town');

ALTER TABLE core.post_role ADD COLUMN staffs_grids boolean NOT NULL DEFAULT false;
UPDATE core.post_role SET staffs_grids = true WHERE role IN ('party', 'instructor', 'head', 'worker');

ALTER TABLE core.account_role
ADD COLUMN works_in text NOT NULL DEFAULT 'area'
CONSTRAINT works_in_is_known CHECK (works_in IN ('area', 'department', 'district')),
ADD COLUMN login_under text;
UPDATE core.account_role SET works_in = 'department' WHERE role = 'department';
UPDATE core.account_role SET works_in = 'district' WHERE role = 'admin';
UPDATE core.account_role SET login_under = 'gisgrid_editor' WHERE role = 'editor';
ALTER TABLE core.account
DROP CONSTRAINT only_an_admin_has_no_area, DROP CONSTRAINT department_account_names_its_department;

CREATE TABLE core.action (
    action text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO core.action (action, name_zh, name_en) VALUES
('recategorise', '更改类别', 'say that a ticket is about something else'),
('move_place', '更改位置', 'say that a ticket lies elsewhere'),
('pause', '暂停与恢复计时', 'stop and start the clocks of a ticket'),
('tell', '告知上报人', 'tell the reporter something'),
('hand_over', '转办给岗位', 'hand a ticket over to a post'),
('hand_to_department', '转办给部门', 'hand a ticket over to a department'),
('pass_up', '提级', 'pass a ticket up'),
('whistle', '吹哨', 'call departments in to a ticket'),
('answer_whistle', '报到', 'report in for the own department'),
('tie', '关联与合并', 'tie tickets together, or say that they are the same'),
('draw_boundaries', '编辑并发布边界', 'draw and publish boundaries'),
('see_camera', '查看摄像头图层', 'see the layer of cameras'),
('see_device', '查看感知设备图层', 'see the layer of devices'),
('see_patrol', '查看巡查图层', 'see the layer of patrols');

CREATE TABLE core.permission (
    role text NOT NULL REFERENCES core.account_role,
    action text NOT NULL REFERENCES core.action,
    PRIMARY KEY (role, action)
);
INSERT INTO core.permission (role, action)
SELECT
    unnest(p.roles),
    p.action
FROM (VALUES
    ('recategorise', '{dispatcher,supervisor,admin}'::text []),
    ('move_place', '{dispatcher,supervisor,admin}'),
    ('pause', '{worker,department,dispatcher,supervisor,admin}'),
    ('tell', '{worker,department,dispatcher,supervisor,admin}'),
    ('hand_over', '{worker,dispatcher,supervisor,admin}'),
    ('hand_to_department', '{dispatcher,supervisor,admin}'),
    ('pass_up', '{worker,dispatcher,supervisor,admin}'),
    ('whistle', '{dispatcher,supervisor,admin}'),
    ('answer_whistle', '{department}'),
    ('tie', '{dispatcher,supervisor,admin}'),
    ('draw_boundaries', '{editor,admin}'),
    ('see_camera', '{worker,department,dispatcher,supervisor,editor,admin}'),
    ('see_device', '{worker,department,dispatcher,supervisor,editor,admin}'),
    ('see_patrol', '{worker,dispatcher,supervisor,editor,admin}')
) AS p (action, roles);

ALTER TABLE core.code_segment
ALTER COLUMN low TYPE bigint, ALTER COLUMN high TYPE bigint,
ALTER COLUMN first_low TYPE bigint, ALTER COLUMN first_high TYPE bigint;

DROP POLICY preview_is_in_scope ON draft.preview;
ALTER TABLE draft.preview RENAME TO preview_row;
ALTER TABLE draft.preview_row RENAME CONSTRAINT preview_pkey TO preview_row_pkey;
ALTER TABLE draft.preview_row RENAME CONSTRAINT preview_changeset_id_fkey TO preview_row_changeset_id_fkey;
ALTER TABLE draft.preview_row DISABLE ROW LEVEL SECURITY;

-- A clock reminds, a device alarms.
ALTER TABLE work.clock RENAME COLUMN alarm_at TO remind_at;
ALTER INDEX work.clock_alarm RENAME TO clock_reminder;


CREATE TABLE overlay.thing (
    code text COLLATE "C" NOT NULL,
    name text NOT NULL,
    area_id bigint,
    path bigint [] NOT NULL,
    geom geometry (Point, 4326) NOT NULL,
    CONSTRAINT a_thing_is_of_some_kind CHECK (false) NO INHERIT
);
COMMENT ON TABLE overlay.thing IS
'Things at a fixed point that belong to an area by it: holds no rows, every kind of thing is a table that inherits it';
ALTER TABLE overlay.camera INHERIT overlay.thing;
ALTER TABLE overlay.place INHERIT overlay.thing;
ALTER TABLE overlay.device INHERIT overlay.thing;
CREATE INDEX camera_area ON overlay.camera (area_id);
CREATE INDEX place_area ON overlay.place (area_id);
