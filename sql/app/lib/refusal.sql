-- Long because it lists every sentence with which the database refuses something, in both languages.
CREATE VIEW app.refusal WITH (security_invoker = true) AS
SELECT r.*
FROM (VALUES
    -- Columns: refusal, SQLSTATE, field, message, remedy. The function that refuses fills in %1$s and so on.
    -- GG403: not allowed. GG404: not found. GG409: conflicts with the present state. GG422: the request is wrong.
    -- Tickets
    ('unknown', 'GG404', 'number', '没有工单 %1$s', 'there is no ticket %1$s', '核对编号', 'check the number'),
    (
        'not_allowed', 'GG403', 'number', '%2$s不能在这里这样做', 'a %1$s may not do this here',
        '请联系负责该区域的人员', 'ask the staff in charge of the area'
    ),
    ('closed', 'GG409', 'number', '工单已办结', 'the ticket is closed', '重新打开，或另行上报', 'reopen the ticket, or report again'),
    (
        'not_followed', 'GG409', 'number', '这类事项的位置不公开，不能跟进',
        'the place of such a ticket is not public, so nobody can follow it', '另行上报', 'report it yourself'
    ),
    ('already', 'GG409', 'number', '已经是这样了', 'it is so already', '无需操作', 'nothing needs to be done'),
    (
        'no_such_step', 'GG409', 'step', '现在不能进入环节“%1$s”', '''%4$s'' does not follow now',
        '下一步可以是：%2$s', 'next can be %3$s'
    ),
    ('needs_note', 'GG422', 'note', '需要说明', 'this needs a note', '写明原因', 'say why'),
    (
        'needs_photo', 'GG422', 'photo', '需要本环节的照片', 'this needs a photo of this step',
        '先给工单添加一张照片', 'add one to the ticket first'
    ),
    (
        'whistles_open', 'GG409', 'step', '被吹哨的部门尚未办完：%1$s', 'departments that were called have not finished: %1$s',
        '等它们办完，或撤回吹哨', 'wait for them, or let them go'
    ),
    (
        'parts_open', 'GG409', 'step', '有子工单未办结：%1$s', 'parts of it are open: %1$s',
        '先办结子工单，或解除关联', 'close them first, or part them from it'
    ),
    (
        'no_such_category', 'GG422', 'category', '没有这个类别', 'there is no such category',
        '见 /api/v1/categories', 'see /api/v1/categories'
    ),
    (
        'no_such_post', 'GG422', 'post', '该网格及其上级没有这个岗位', 'there is no such post on its grid or above',
        '从 /api/v1/tickets/%1$s/assignees 中选', 'one of /api/v1/tickets/%1$s/assignees'
    ),
    (
        'no_such_department', 'GG422', 'department', '没有人属于这个部门', 'nobody is in such a department',
        '从 /api/v1/tickets/%1$s/assignees 中选', 'one of /api/v1/tickets/%1$s/assignees'
    ),
    (
        'no_such_departments', 'GG422', 'department', '没有人属于这些部门：%2$s', 'nobody is in such a department: %2$s',
        '从 /api/v1/tickets/%1$s/assignees 中选', 'one of /api/v1/tickets/%1$s/assignees'
    ),
    (
        'nobody_above', 'GG409', 'number', '上级中心无人值班', 'no centre above has anybody on duty',
        '直接转办给某个岗位', 'hand it over to a post by name'
    ),
    ('already_called', 'GG409', 'number', '已经吹过哨：%1$s', 'it is so already: %1$s', '无需操作', 'nothing needs to be done'),
    (
        'no_such_whistle', 'GG404', 'whistle', '没有这次吹哨', 'no department was called by this',
        '查看工单的吹哨记录', 'see the ticket''s whistles'
    ),
    (
        'no_such_parent', 'GG422', 'parent', '没有可作为主工单的工单', 'there is no such ticket to be part of',
        '填写另一个工单的编号', 'the number of another ticket'
    ),
    ('parent_closed', 'GG409', 'parent', '主工单已办结', 'that ticket is closed', '先重新打开它', 'reopen it first'),
    (
        'parent_is_part', 'GG409', 'parent', '该工单本身是子工单', 'that ticket is itself a part of another',
        '填写它的主工单', 'name the one of which it is'
    ),
    ('has_parts', 'GG409', 'number', '它有自己的子工单', 'it has parts of its own', '先解除子工单', 'part them from it first'),
    (
        'no_such_original', 'GG422', 'of', '没有可视为同一件事的工单', 'there is no such ticket to be the same as',
        '填写另一个工单的编号', 'the number of another ticket'
    ),
    (
        'original_closed', 'GG409', 'of', '该工单已办结', 'that ticket is closed',
        '先重新打开它，或保留本工单', 'reopen it first, or keep this one'
    ),
    ('no_duplicate', 'GG409', 'of', '它不是重复工单', 'the ticket is not a duplicate', '无需操作', 'nothing needs to be done'),
    ('clock_runs', 'GG409', 'state', '计时正在进行', 'its clock is running', '无需操作', 'nothing needs to be done'),
    (
        'clock_stands', 'GG409', 'state', '计时已暂停', 'the clock of the ticket is stopped already',
        '无需操作', 'nothing needs to be done'
    ),
    ('not_asked', 'GG409', 'number', '没有人在等您答复', 'nobody waits for an answer', '等工作人员询问', 'wait until you are asked'),
    ('not_done_yet', 'GG409', 'score', '还没有办完', 'it is not done yet', '等有了结果再评价', 'rate it when its result is there'),
    ('rated_already', 'GG409', 'score', '已经评价过', 'it has been rated', '无需操作', 'nothing needs to be done'),
    (
        'rated_too_late', 'GG409', 'score', '办结已超过 30 天', 'it was closed more than 30 days ago',
        '如仍未解决，请重新上报', 'report again if something is still wrong'
    ),
    (
        'still_open', 'GG409', 'number', '事件还没有办结', 'the report is not closed',
        '有话要说，可在被询问时答复', 'answer when you are asked'
    ),
    (
        'reopen_too_late', 'GG409', 'number', '已过重新办理的期限，或已并入别的事件',
        'the time to reopen it is over, or it is part of another report',
        '如仍未解决，请重新上报', 'report again if something is still wrong'
    ),
    (
        'photo_not_allowed', 'GG403', 'number', '您不能在这里添加照片', 'you may not add photos here',
        '请联系负责该区域的人员', 'ask the staff in charge of the area'
    ),
    ('photo_closed', 'GG409', 'number', '工单已办结', 'the ticket is closed', '请重新上报', 'report again'),
    (
        'photo_too_late', 'GG409', 'number', '照片只能在上报后一天内或被询问时添加',
        'photos are taken for a day, and while you are asked something', '等工作人员询问', 'wait until you are asked'
    ),
    ('photo_too_many', 'GG409', 'number', '已有 %1$s 张照片', 'it has %1$s photos', '不再保存更多照片', 'no more are kept'),
    (
        'ticket_history', 'GG409', 'ticket', '历史只增不减：工单的%1$s不能修改或删除',
        'history only grows: %2$s of tickets cannot be changed or deleted', '追加新的记录', 'append a new record'
    ),
    -- Audit trail
    (
        'audit_only_grows', 'GG403', 'audit', '审计记录只增不改', 'the audit trail only grows: no row of it changes or goes',
        '保留原样', 'leave it as it is'
    ),
    (
        'audit_not_read', 'GG403', 'audit', '您的角色不能查阅审计记录', 'your role may not read the audit trail',
        '请联系审计员或管理员', 'ask an auditor or an administrator'
    ),
    -- Patrols
    (
        'patrols_elsewhere', 'GG403', 'area', '您不能查看该区域的巡查', 'you may not see the patrols of this area',
        '请查询您自己的区域', 'ask for your own area'
    ),
    (
        'no_such_camera', 'GG422', 'camera', '此设备不监看摄像头 %1$s', 'the device watches no camera %1$s',
        '请核对摄像头编码，或在设备的 watches 中写明其区域', 'check its code, or name its area in `watches` of the device'
    ),
    (
        'devices_not_handed_over', 'GG403', 'hand_over', '您的角色不能把设备交给其他系统',
        'your role may not hand devices to other programs', '请联系调度员', 'ask a dispatcher'
    ),
    -- Accounts
    (
        'account_without_area', 'GG422', 'area', '%2$s须在某个区域工作', 'a %1$s works in an area',
        '用 area 给出区域编码', 'give its code as area'
    ),
    (
        'account_without_department', 'GG422', 'department', '部门账号须写明部门',
        'a department''s account names its department',
        '用 department 给出部门', 'give it as department'
    ),
    (
        'accounts_not_managed', 'GG403', 'name', '%2$s不管理账号', 'a %1$s does not manage accounts',
        '请联系管理员或所在区域的督查员', 'ask an administrator, or the supervisor of the area'
    ),
    (
        'account_unknown', 'GG404', 'name', '您的区域内没有账号 %1$s', 'no account of your area has the name %1$s',
        '核对名称，或列出账号', 'check the name, or list the accounts'
    ),
    (
        'account_own', 'GG403', 'name', '不能更改、停用或删除自己的账号',
        'nobody changes, disables or removes the account that is his own', '请另一位管理员办理', 'ask another administrator'
    ),
    (
        'account_name', 'GG422', 'name', '名称“%1$s”不能使用', '''%1$s'' cannot be used',
        '2 至 40 个字符：a-z 0-9 _ . -，以字母开头', '2 to 40 of a-z 0-9 _ . -, a letter first'
    ),
    (
        'account_taken', 'GG409', 'name', '已有或曾有账号 %1$s', 'there is an account %1$s already, or there was',
        '换一个名称；忘记密钥时用 user secret，人员回来时用 user enable',
        'choose another name; user secret replaces a lost secret, user enable lets a person in again'
    ),
    (
        'login_taken', 'GG409', 'name', '数据库中已有登录 %1$s', 'the database server has a login %1$s already',
        '换一个名称', 'choose another name'
    ),
    (
        'role_unknown', 'GG422', 'role', '没有角色“%1$s”', '''%1$s'' is not a role', '可用：%2$s', 'one of %2$s'
    ),
    (
        'role_beyond', 'GG403', 'role', '角色“%2$s”超出您自己的权限', 'the role %1$s may do what you may not',
        '请管理员办理', 'ask an administrator'
    ),
    (
        'area_beyond', 'GG403', 'area', '这会超出您的区域', 'this reaches beyond your area',
        '填写您区域内的编码，或请上级办理', 'give a code within your area, or ask somebody above'
    ),
    (
        'account_beside', 'GG403', 'name', '此账号与您同级，管理同一区域', 'this account manages the same area as you do',
        '请上级或管理员办理', 'ask somebody above, or an administrator'
    ),
    (
        'person_beyond', 'GG422', 'person', '此人在您的区域内没有岗位', 'this person holds no post in your area',
        '填写您区域内的人员', 'name a person of your area'
    ),
    (
        'account_area_unknown', 'GG422', 'area', '统一网格中没有区域 %1$s', 'no area of the base network has the code %1$s',
        '填写地图上的编码', 'give a code of the map'
    ),
    -- Keeping posts, rules, categories, targets, tokens
    (
        'keeper_not_permitted', 'GG403', 'role', '您的角色不能%1$s', 'your role may not %2$s',
        '请联系管理员', 'ask an administrator'
    ),
    (
        'keeper_of_a_part', 'GG403', 'area', '这对整个区县有效，您只负责其中一部分',
        'this holds for the whole district, of which you keep a part', '请联系管理员', 'ask an administrator'
    ),
    (
        'post_area_unknown', 'GG422', 'area', '没有区域 %1$s', 'no area has the code %1$s',
        '填写地图上的编码', 'give a code of the map'
    ),
    (
        'post_role_unknown', 'GG422', 'role', '没有岗位角色 %1$s', 'no post has the role %1$s',
        '从列表中选', 'choose one of the list'
    ),
    (
        'post_ends_first', 'GG422', 'valid_to', '岗位在开始之前就结束了', 'the post ends before it begins',
        '结束日期写任期后的第一天', 'the end is the first day after'
    ),
    (
        'post_unknown', 'GG404', 'post', '您的区域内没有岗位 %1$s', 'no post of your area has the number %1$s',
        '刷新列表', 'load the list again'
    ),
    (
        'post_over_by_then', 'GG422', 'from', '岗位到那时已结束', 'the post has ended by then',
        '填写任期内的日期', 'name a date before its end'
    ),
    ('post_ended', 'GG409', 'post', '岗位 %1$s 已结束', 'post %1$s has ended', '刷新列表', 'load the list again'),
    (
        'post_same_person', 'GG409', 'name', '此人已在这个岗位上', 'this person holds the post already',
        '填写接任的人', 'name who takes over'
    ),
    ('rule_unknown', 'GG404', 'rule', '没有规则 %1$s', 'no rule is called %1$s', '刷新列表', 'load the list again'),
    (
        'rule_shift_unknown', 'GG422', 'shift', '没有班次 %1$s', 'no shift is called %1$s',
        '从列表中选', 'choose one of the list'
    ),
    (
        'rule_names_one', 'GG422', 'role', '规则要指明由谁办理，且只能指明一个', 'a rule names one who takes the report',
        '岗位、部门、人员三者填一个', 'give one of role, department, person'
    ),
    (
        'rule_hours', 'GG422', 'starts', '时段不完整，或与班次重复', 'the hours lack an end, or stand beside a shift',
        '起止时间都填，或只选班次', 'give both ends of the hours, or a shift alone'
    ),
    (
        'rule_due', 'GG422', 'due_hours', '时限要有小时数和单位', 'a due time needs its hours and their unit',
        '两个都填，或都不填', 'give both, or neither'
    ),
    (
        'category_id', 'GG422', 'id', '“%1$s”不能作编号', '''%1$s'' cannot be an id',
        '1 至 40 个字母、数字或 _ . -，以字母或数字开头', '1 to 40 of A-Z a-z 0-9 _ . -, a letter or digit first'
    ),
    ('category_unknown', 'GG404', 'category', '没有类别 %1$s', 'no category is called %1$s', '刷新列表', 'load the list again'),
    (
        'category_parent_unknown', 'GG422', 'parent', '没有上级类别 %1$s', 'no category is called %1$s to lie under',
        '从列表中选', 'choose one of the list'
    ),
    (
        'category_name_taken', 'GG409', 'name_zh', '同级已有类别叫“%1$s”', 'a category beside it is called %1$s already',
        '换一个名称', 'give it another name'
    ),
    (
        'category_workflow_unknown', 'GG422', 'workflow', '没有流程 %1$s', 'no workflow is called %1$s',
        '从列表中选', 'choose one of the list'
    ),
    (
        'category_has_parts', 'GG409', 'category', '类别 %1$s 下还有类别', 'categories lie under %1$s',
        '先删除或移走下级类别', 'remove or move those first'
    ),
    (
        'target_taken', 'GG409', 'name', '已有接收方 %1$s', 'there is a target %1$s already',
        '换一个名称', 'choose another name'
    ),
    (
        'target_of_the_machine', 'GG403', 'kind', '内网地址和城市消息服务只能在服务器上设置',
        'a host of a private network and a city''s message service are set on the machine itself',
        '在服务器上用 gisgrid notice target add', 'there, by gisgrid notice target add'
    ),
    (
        'target_unknown', 'GG404', 'name', '没有接收方 %1$s', 'no target is called %1$s',
        '核对名称，或列出接收方', 'check the name, or list the targets'
    ),
    (
        'device_unknown', 'GG404', 'code', '没有设备 %1$s', 'no device is called %1$s',
        '先导入设备：gisgrid load devices', 'load it first: gisgrid load devices'
    ),
    (
        'phone_token_unknown', 'GG404', 'name', '账号 %1$s 的手机没有令牌', 'the phone of %1$s has no token',
        '刷新列表', 'load the list again'
    ),
    -- Categories, workflows, rules
    (
        'category_used', 'GG409', 'category', '类别 %1$s（%2$s）不能删除：%3$s', 'category %1$s (%2$s) cannot be removed: %4$s',
        '把它停用：设置 retired_at', 'retire it: set retired_at'
    ),
    (
        'category_circle', 'GG422', 'category', '类别 %1$s 的上级是它自己', 'categories %1$s lie under themselves',
        '给其中一个换上级，或不设上级', 'give one of them another parent, or none'
    ),
    (
        'rule_area_ended', 'GG422', 'rule', '规则 %1$s：区域 %2$s 已终止', 'rule %1$s: area %2$s has ended',
        '填写地图上的区域', 'name an area of the map'
    ),
    (
        'rule_department_empty', 'GG422', 'rule', '规则 %1$s：没有人属于部门 %2$s', 'rule %1$s: nobody is in department %2$s',
        '先导入该部门的岗位或添加其账号，或更正名称', 'load its posts or add its account first, or correct the name'
    ),
    (
        'rule_person_without_post', 'GG422', 'rule', '规则 %1$s：人员 %2$s 没有岗位', 'rule %1$s: person %2$s holds no post',
        '先导入此人的岗位', 'load a post of this person first'
    ),
    (
        'rules_tied', 'GG422', 'rule', '规则 %1$s 与 %2$s 可能同时适用，且同样具体',
        'rules %1$s and %2$s can both apply and neither is more specific',
        '把其中一条限定得更窄：类别、区域、类型、日期、星期或时间', 'narrow one of them: category, area, kind, days, weekdays or hours'
    ),
    ('workflow_unsound', 'GG422', 'workflow', '流程模板 %1$s：%2$s', 'workflow %1$s: %3$s', '更正模板', 'correct the template'),
    -- Boundaries
    (
        'version_deleted', 'GG409', 'area', '历史只增不减：%2$s 的版本 %1$s 不能删除',
        'history only grows: version %1$s of %2$s cannot be deleted',
        '请发布变更集', 'publish a change set instead'
    ),
    (
        'version_changed', 'GG409', 'area', '历史只增不减：%2$s 的版本 %1$s 只能结束其记录',
        'history only grows: of version %1$s of %2$s only the open end of its record may be closed', '请发布变更集',
        'publish a change set instead'
    ),
    (
        'no_number_left', 'GG409', 'code', '%1$s 之下没有空号了（%2$s 至 %3$s）', 'no number is left below %1$s (%2$s to %3$s)',
        '把社区一分为二，或改用更宽的编码规则', 'cut the community in two, or use a wider scheme'
    ),
    (
        'reports_loading', 'GG409', 'changeset_id', '正在批量载入上报，迟迟没有结束', 'reports are being loaded and do not end',
        '稍后再发布', 'publish again in a moment'
    ),
    (
        'changeset_unknown', 'GG404', 'changeset_id', '您的区域内没有变更集 %1$s', 'there is no change set %1$s in your areas',
        '列出您的变更集', 'list them'
    ),
    (
        'changeset_above', 'GG403', 'changeset_id', '变更集 %1$s 涉及几个区域，由它们的上级发布或撤销',
        'change set %1$s is of several areas: it is published and undone from above them',
        '请上级办理；您可以在其中绘制', 'ask somebody above them; you may draw in it'
    ),
    (
        'changeset_ended', 'GG409', 'changeset_id', '变更集 %1$s 已%2$s', 'change set %1$s is %3$s already',
        '另建一个；已发布的可以撤销', 'open a new one; undo takes a published one back'
    ),
    (
        'changeset_live', 'GG409', 'changeset_id', '变更集 %1$s 已发布', 'change set %1$s is published',
        '已生效的用 gisgrid changeset undo 撤销，等待生效的可以作废',
        'gisgrid changeset undo takes back what is live, discard what waits for its date'
    ),
    (
        'changeset_fixed', 'GG409', 'changeset_id', '变更集 %1$s 只能修改标题、日期、策略和状态',
        'of change set %1$s only title, date, policies and status can be changed', '其他区域请另建变更集',
        'open a new change set for another area'
    ),
    (
        'changeset_not_live', 'GG409', 'changeset_id', '变更集 %1$s 尚未生效', 'change set %1$s is not published',
        '只有已生效的才能撤销', 'only what is live can be undone'
    ),
    (
        'changeset_followed', 'GG409', 'changeset_id', '变更集 %1$s 不能撤销：%2$s 之后又改过',
        'change set %1$s cannot be undone: %2$s changed again since',
        '先撤销后来的变更集', 'undo the later change set first'
    ),
    (
        'changeset_many_stretches', 'GG409', 'changeset_id', '变更集 %1$s 不能撤销：它取代了不止一段时间',
        'change set %1$s cannot be undone: it replaced more than one stretch of time', '在新的变更集中画出原来的边界',
        'draw the earlier boundaries in new change sets'
    ),
    (
        'changed_meanwhile', 'GG409', 'changeset_id', '变更集 %1$s 的区域刚刚被另一变更集改动',
        'areas of change set %1$s were changed by another one at this moment',
        '重新检查后再发布', 'check it again, then publish'
    ),
    (
        'old_snapshot', 'GG409', 'changeset_id', '变更集 %1$s 不能在这种事务中发布：它看不到别人刚发布的内容',
        'change set %1$s cannot be published in this transaction: it does not see what others publish meanwhile',
        '在隔离级别为 read committed 的事务中发布', 'publish in a transaction whose isolation level is read committed'
    ),
    (
        'only_at_commit', 'GG409', 'changeset_id', '变更集 %1$s 只能在事务提交时生效',
        'change set %1$s goes live only at the commit of the transaction',
        '不要执行 SET CONSTRAINTS ... IMMEDIATE，直接提交', 'leave constraints deferred, and commit'
    ),
    (
        'no_such_solution', 'GG422', 'take', '冲突没有这种解决办法：%1$s', 'conflicts are not solved by %1$s',
        '选 mine（用我的）、theirs（用对方的）或 both（两者都画）', 'take mine, theirs or both'
    ),
    (
        'no_conflict', 'GG409', 'changeset_id', '变更集 %1$s 没有冲突 %2$s', 'change set %1$s has no conflict %2$s',
        '重新检查草稿', 'check the draft again'
    ),
    (
        'solve_first', 'GG409', 'solution', '变更集 %1$s 的冲突要先解决，再发布',
        'change set %1$s cannot be published by the save that solves its conflicts',
        '把状态改回“进行中”再保存，冲突即解决；看过地图，再发布',
        'set the status back to open and save, which solves them; look at the map, then publish'
    ),
    (
        'not_both', 'GG409', 'code', '%1$s 一方终止了它，或两方没有共同的地面，不能两者都画',
        '%1$s was ended by one of the two, or they have no ground in common: both cannot be drawn',
        '选用我的或用对方的', 'take mine or theirs'
    ),
    (
        'no_such_area', 'GG404', 'area', '网 %1$s 中没有区域 %2$s', 'network %3$s has no area %2$s',
        '填写地图上区县、街道、社区或网格的编码', 'give the code of a district, town, community or grid of the map'
    ),
    (
        'draft_not_open', 'GG409', 'changeset_id', '变更集 %1$s %2$s，不能绘制',
        'change set %1$s is %3$s: nothing can be drawn in it',
        '新建变更集，或选择进行中的', 'open a change set, or choose an open one'
    ),
    (
        'saved_elsewhere', 'GG409', 'code', '您改动网格 %1$s 之后，另一个窗口先保存了它，您的改动没有保存',
        'another window saved grid %1$s after you began to alter it: your edit was not saved',
        '记下您的改动，取消编辑，按 F5 刷新，再改一次', 'note what you altered, cancel the edit, reload (F5), draw it again'
    ),
    (
        'too_many_new_grids', 'GG409', 'code', '您的草稿里新画的网格超过 %1$s 个',
        'more than %1$s new grids lie in your drafts',
        '发布或作废一个变更集；整批边界请用文件导入', 'publish or discard a change set; many boundaries come in as a file'
    ),
    (
        'too_many_changesets', 'GG409', 'changeset_id', '您有 %1$s 个进行中的变更集，不能再新建',
        'you have %1$s open change sets, and no more can be opened',
        '发布或作废其中一个', 'publish or discard one of them'
    ),
    (
        'only_grids', 'GG422', 'level', '只画网格', 'only grids are drawn',
        '上级区域在发布时由网格合成', 'what is above them is made from them at publish'
    ),
    (
        'no_such_kind', 'GG422', 'kind', '没有这种网格：%1$s', 'grids have no kind %1$s',
        '选 base（基础网格）或 special（专属网格）', 'choose base or special'
    ),
    (
        'outside_the_world', 'GG422', 'geom', '有拐点在地球之外：经度 %1$s 至 %2$s，纬度 %3$s 至 %4$s',
        'a corner lies outside the world: longitudes %1$s to %2$s, latitudes %3$s to %4$s',
        '粘贴的图形没有坐标系，或坐标系不对；草稿图层为 EPSG:4326',
        'what was pasted has no coordinate system, or a wrong one: draft layers are in EPSG:4326'
    ),
    (
        'other_system', 'GG422', 'geom', '图形的坐标系是 EPSG:%1$s，草稿的是 EPSG:4326',
        'the shape is in EPSG:%1$s, drafts are in EPSG:4326',
        '为粘贴来源的图层设好坐标系再粘贴', 'give the layer that it was pasted from its coordinate system, paste again'
    ),
    (
        'no_polygon', 'GG422', 'geom', '图形是 %1$s，网格须是多边形', 'the shape is a %1$s, a grid is a polygon',
        '用“添加多边形”画，或只粘贴多边形', 'draw it with Add polygon, or paste polygons alone'
    ),
    (
        'too_many_corners', 'GG422', 'geom', '图形有 %1$s 个拐点，最多 %2$s 个', 'the shape has %1$s corners, %2$s at most',
        '用“简化要素”减少拐点，或分成几个网格', 'take away corners with Simplify feature, or make several grids of it'
    ),
    (
        'hidden_characters', 'GG422', 'name', '名称、编码或标题里有换行或看不见的字符',
        'a name, code or title holds a line end or characters that nobody sees',
        '删去它们，写在一行里', 'delete them, and write it in one line'
    ),
    (
        'too_many_characters', 'GG422', 'name', '“%1$s…”有 %2$s 个字，最多 %3$s 个',
        '''%1$s...'' has %2$s characters, %3$s at most',
        '写短一些', 'write it shorter'
    ),
    (
        'no_such_choice', 'GG422', 'choice', '%1$s 不能是“%2$s”', '%1$s cannot be %2$s', '可选：%3$s', 'one of %3$s'
    ),
    (
        'no_date', 'GG422', 'valid_from', '“%1$s”不是日期', '''%1$s'' cannot be read as a date',
        '写成 2026-12-01、2026-12-01 08:30 或 2026年12月1日', 'write 2026-12-01 or 2026-12-01 08:30'
    ),
    (
        'nothing_saved', 'GG409', 'row', '什么都没有保存：这一行已不存在，或您无权修改',
        'nothing was saved: the row is gone, or not yours to change',
        '重新加载图层后再画', 'reload the layer and draw it again'
    ),
    (
        'problems', 'GG422', 'changeset_id', '变更集 %1$s 有 %2$s 处错误：%3$s', 'change set %1$s has %2$s error(s): %4$s',
        '%5$s。改好后保存草稿，再发布；被拒绝的发布不写入任何内容，问题图层在保存草稿、或保存变更集的另一日期或策略时更新',
        '%6$s. Then save the draft and publish again; a refused publish writes nothing: the problem layer is renewed '
        'when the draft, or another date or policy of its change set, is saved'
    )
) AS r (refusal, sqlstate, field, message_zh, message_en, remedy_zh, remedy_en);
COMMENT ON VIEW app.refusal IS
'Every sentence with which the database refuses something: SQLSTATE, field, message and remedy in Chinese and English';
