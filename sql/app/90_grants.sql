-- What each role may do. The last file, because objects built again have lost their grants.
GRANT USAGE ON SCHEMA core, draft, work, overlay, app, tile TO gisgrid_service;
GRANT USAGE ON SCHEMA core, work, overlay, app, tile TO gisgrid_viewer;
-- The drafts' schema keeps the QGIS projects as well, which whoever has a login may open.
GRANT USAGE ON SCHEMA draft TO gisgrid_viewer;
GRANT SELECT ON draft.qgis_projects TO gisgrid_viewer;

-- Facts are public.
GRANT SELECT ON
core.level, core.area_kind, core.network, core.code_segment,
core.area, core.area_version, core.lineage, core.alias, core.post_role, core.account_role,
core.change,
work.workflow, work.step, work.transition, work.category, work.ticket, work.former_path, work.former_state,
work.rule, work.clock, work.escalation, work.source,
core.calendar_day, core.work_hours, core.shift,
overlay.ground_kind, overlay.ground,
app.area_now, app.service_request
TO gisgrid_service, gisgrid_viewer;

-- People are not: these tables have row policies.
GRANT SELECT ON
core.post, core.person, core.roster, work.ticket_private, work.event, work.pause, work.whistle,
work.photo, work.rating,
overlay.camera, overlay.place, overlay.device, overlay.ping, overlay.patrol_cell
TO gisgrid_service, gisgrid_viewer;

-- The service signs people in and moves tickets.
GRANT SELECT ON core.account, core.server_key TO gisgrid_service;
GRANT SELECT (sample_loaded, zone, due_soon, calendar) ON core.deployment TO gisgrid_service;
GRANT SELECT, INSERT, DELETE ON core.session TO gisgrid_service;
GRANT SELECT, INSERT ON work.client_ref, work.external_number TO gisgrid_service;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA app FROM public;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO gisgrid_service;
GRANT EXECUTE ON FUNCTION
app.area_at(timestamptz, timestamptz),
app.locate(geometry, text, timestamptz, double precision, timestamptz),
app.area_above(geometry, text, timestamptz),
app.counted_place(bigint, timestamptz, timestamptz),
app.counters(bigint, timestamptz, text, interval), app.tickets_then(bigint, timestamptz, timestamptz),
app.counters_then(bigint, timestamptz, text, interval, timestamptz),
app.last_version(bigint, timestamptz), app.successors(bigint, timestamptz),
app.figures(bigint, timestamptz, timestamptz, timestamptz),
app.figures_by(text, bigint, text, text, text, timestamptz, timestamptz, timestamptz, text),
app.area_records(text, bigint, text, timestamptz, timestamptz, timestamptz),
app.post_records(bigint, text, timestamptz, timestamptz, timestamptz)
TO gisgrid_viewer;
-- The inside of drafts and publishing is the owner's. The service opens and publishes for those who may.
REVOKE EXECUTE ON FUNCTION
app.fill_draft(bigint), app.live_leaf(bigint), app.gone_base(bigint), app.rebase_draft(bigint), app.draft_leaf(bigint),
app.later_leaf(bigint), app.later_instant(bigint), app.ground_change(bigint, timestamptz),
app.check_codes(bigint), app.check_staff(bigint), app.draft_upper(bigint),
app.name_areas(bigint), app.stage_leaves(bigint), app.stage_level(bigint, text), app.stage_changeset(bigint),
app.prepare_changeset(bigint), app.take_boundary_lock(), app.flip_versions(bigint), app.flip_changeset(bigint),
app.note_lineage(bigint),
app.note_boundary_change(bigint), app.put_back(bigint, bigint), app.moved_point(bigint), app.to_follow(bigint),
app.follow_tickets(bigint, integer), app.follow_overlays(bigint), app.hand_over_posts(bigint),
app.ending_post(bigint), app.reopen_posts(bigint), app.moved_special(bigint, timestamptz), app.moved_name(bigint)
FROM gisgrid_service;
-- So is what is sent, and to whom: addresses and secrets of targets are read by nobody else.
REVOKE EXECUTE ON FUNCTION
app.address_notices(bigint []), app.due_targets(integer), app.claim_delivery(bigint, interval),
app.record_delivered(bigint), app.record_failed(bigint, uuid, text, text, interval, interval)
FROM gisgrid_service;
GRANT SELECT ON work.target_kind TO gisgrid_service, gisgrid_viewer;
-- Whoever changes a ticket comes by the functions that ask for his scope; the clock is the worker's.
REVOKE EXECUTE ON FUNCTION
app.why_not(work.rule, text [], bigint [], text, timestamp, text),
app.due_after_pauses(bigint, timestamptz, integer, text),
app.reroute(bigint, text, text, text, jsonb, boolean, text), app.place_ticket(bigint, geometry, double precision),
app.assign_on_arrival(bigint, text, text), app.note_step(work.ticket, text, text, text, jsonb),
app.step_needs(bigint, text [], text), app.step_waits_for(bigint, text, text), app.reopen(bigint, text, text, text),
app.give_ticket(bigint, text, bigint, text, text, text, jsonb), app.note_tie(bigint, text, text, text, jsonb),
app.ticket_to_change(text, text, text []), app.alarms(bigint), app.tick_clocks(integer),
app.stop_clock(bigint, text, text), app.start_clock(bigint),
app.move_ticket(bigint, text, text, text, text), app.note_talk(bigint, text, text, text, jsonb),
app.note_news(bigint), app.reporter_may(bigint), app.reporter_assignee(bigint, text),
app.erase_reporters(integer, integer)
FROM gisgrid_service;
GRANT USAGE ON SEQUENCE draft.changeset_id_seq TO gisgrid_service;
GRANT SELECT ON draft.changeset, draft.area, draft.problem, draft.preview TO gisgrid_service;
GRANT INSERT (area_code, network, title, valid_from, policy, ground) ON draft.changeset TO gisgrid_service;
GRANT UPDATE (status, title, valid_from, is_dated, policy, ground) ON draft.changeset TO gisgrid_service;

-- Editors draw in QGIS with logins of their own: the drafts of their areas, nothing that is live.
GRANT USAGE ON SEQUENCE draft.changeset_id_seq, draft.area_id_seq TO gisgrid_editor;
GRANT SELECT, INSERT, DELETE ON draft.changeset TO gisgrid_editor;
GRANT UPDATE (area_code, network, title, status, valid_from, policy, ground) ON draft.changeset TO gisgrid_editor;
GRANT SELECT, INSERT, DELETE ON draft.area TO gisgrid_editor;
GRANT UPDATE (code, name, kind, parent_code, origin_code, base_version_id, is_changed, level, changeset_id, geom)
ON draft.area TO gisgrid_editor;
GRANT SELECT ON draft.problem, draft.preview TO gisgrid_editor;
GRANT EXECUTE ON FUNCTION
app.name_part(bigint, text, text, text, bigint, geometry), app.check_saved(bigint),
app.code_fault(text, text, boolean), app.parent_code(text, text), app.next_code(text, text, text)
TO gisgrid_editor;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA tile FROM public;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tile TO gisgrid_service, gisgrid_viewer;
