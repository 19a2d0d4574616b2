-- Long because what happens under the boundary lock stands in one place, to be read in one go.
CREATE FUNCTION app.name_areas(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Give every code of the draft its identity.
INSERT INTO core.area (network, code, level, kind)
SELECT c.network, d.code, d.level, d.kind
FROM draft.changeset AS c
INNER JOIN draft.area AS d ON c.changeset_id = d.changeset_id
WHERE
    c.changeset_id = name_areas.change_set
    AND NOT EXISTS (SELECT FROM core.area AS a WHERE a.network = c.network AND a.code = d.code)
ON CONFLICT (network, code) DO NOTHING;
END;
COMMENT ON FUNCTION app.name_areas(bigint) IS 'Give every code of a draft its identity';

CREATE FUNCTION app.stage_changeset(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- All that takes time and holds nobody up: identities, the versions to come, lineage.
BEGIN
    DELETE FROM draft.staged WHERE changeset_id = change_set;
    PERFORM app.name_areas(change_set);
    PERFORM app.stage_leaves(change_set);
    PERFORM app.stage_level(change_set, l.level) FROM (
        SELECT level FROM core.level WHERE level <> 'grid' ORDER BY rank DESC) AS l;
    UPDATE draft.staged SET
        label_point = (st_maximuminscribedcircle(geom)).center,
        area_m2 = st_area(geom::geography)
    WHERE changeset_id = change_set AND geom IS NOT NULL;
    PERFORM app.note_lineage(change_set);
END $$;
COMMENT ON FUNCTION app.stage_changeset(bigint) IS 'Make the versions ready that a change set brings';

CREATE FUNCTION app.is_due(is_dated boolean, valid_from timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
-- By the transaction's own time, so that preparing and flipping cannot disagree within it.
SELECT NOT is_due.is_dated OR is_due.valid_from <= now();
END;
COMMENT ON FUNCTION app.is_due(boolean, timestamptz) IS 'Does a change set apply as soon as it is published, or wait for its date?';

CREATE FUNCTION app.prepare_changeset(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Take over what others published, check everything, stage. Raises GG001 with the first problems.
DECLARE
    c draft.changeset;
    errors bigint;
    found record;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF c.is_filled THEN
        PERFORM app.rebase_draft(change_set);
    END IF;
    errors := app.check_changeset(change_set);
    IF errors > 0 THEN
        SELECT string_agg(p.zh, '；' ORDER BY p.problem_id) AS zh, string_agg(p.en, '; ' ORDER BY p.problem_id) AS en,
               string_agg(DISTINCT p.remedy_zh, '；') AS remedy_zh, string_agg(DISTINCT p.remedy, '; ') AS remedy
        INTO found FROM (
            SELECT q.*, concat_ws('：', q.code, q.message_zh) AS zh, concat_ws(': ', q.code, q.message) AS en
            FROM draft.problem AS q WHERE q.changeset_id = change_set AND q.severity = 'error'
            ORDER BY q.problem_id LIMIT 5) AS p;
        -- What is refused is rolled back, the rows of draft.problem as well: the remedies are told here.
        RAISE EXCEPTION E'变更集 % 有 % 处错误：%\nchange set % has % error(s): %',
            change_set, errors, found.zh, change_set, errors, found.en
            USING ERRCODE = 'GG001', HINT = format(E'%s。改好后保存草稿，再发布；被拒绝的发布不写入任何内容，'
                '问题图层在保存草稿、或保存变更集的另一日期或策略时更新\n%s. Then save the draft and publish again; '
                'a refused publish writes nothing: the problem layer is renewed when the draft, or another date or '
                'policy of its change set, is saved', found.remedy_zh, found.remedy);
    END IF;
    IF app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.stage_changeset(change_set);
    END IF;
END $$;
COMMENT ON FUNCTION app.prepare_changeset(bigint) IS
'All of publishing that can refuse: conflicts, checks, staging; raises GG001 with the problems';

CREATE FUNCTION app.flip_versions(change_set bigint) RETURNS timestamptz
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Close records, write what stays of them, write the new versions. Returns the instant of record.
DECLARE
    recorded timestamptz := clock_timestamp();
    starts timestamptz := (SELECT valid_from FROM draft.changeset WHERE changeset_id = change_set);
BEGIN
    WITH closed AS (
        UPDATE core.area_version AS v SET recorded_to = recorded
        WHERE v.recorded_to = 'infinity' AND v.valid_to > starts
          AND v.area_id IN (SELECT s.area_id FROM draft.staged AS s WHERE s.changeset_id = change_set)
        RETURNING v.*
    )
    INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom, label_point,
                                   area_m2, valid_from, valid_to, recorded_from, changeset_id)
    SELECT area_id, network, code, level, kind, name, parent_id, path, geom, label_point, area_m2,
           valid_from, starts, recorded, changeset_id
    FROM closed WHERE valid_from < starts;

    INSERT INTO core.area_version (area_id, network, code, level, kind, name, parent_id, path, geom, label_point,
                                   area_m2, valid_from, valid_to, recorded_from, changeset_id)
    SELECT a.area_id, a.network, a.code, a.level, a.kind, coalesce(s.name, a.code), s.parent_id, s.path, s.geom,
           s.label_point, s.area_m2, s.valid_from, s.valid_to, recorded, change_set
    FROM draft.staged AS s
    JOIN core.area AS a ON a.area_id = s.area_id
    WHERE s.changeset_id = change_set AND s.geom IS NOT NULL;

    INSERT INTO draft.touched (changeset_id, area_id)
    SELECT DISTINCT change_set, s.area_id FROM draft.staged AS s WHERE s.changeset_id = change_set
    ON CONFLICT DO NOTHING;
    RETURN recorded;
END $$;
COMMENT ON FUNCTION app.flip_versions(bigint) IS 'Make the staged versions the live ones';

CREATE FUNCTION app.flip_changeset(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- What was prepared is written, and then, right before the commit that shows it, the boundary lock is taken: reports
-- that were located by the old versions have ended then, and those that wait see the new ones. So they wait for a
-- commit, however many versions there are.
DECLARE
    recorded timestamptz;
BEGIN
    recorded := app.flip_versions(change_set);
    PERFORM app.note_boundary_change(change_set);
    UPDATE draft.changeset AS c SET
        status = 'published',
        published_at = recorded,
        summary = (SELECT jsonb_build_object(
            'changeset_id', change_set,
            'grids', count(DISTINCT s.area_id) FILTER (WHERE s.level = 'grid' AND s.geom IS NOT NULL),
            'ended', count(DISTINCT s.area_id) FILTER (WHERE s.level = 'grid' AND s.geom IS NULL),
            'above', count(DISTINCT s.area_id) FILTER (WHERE s.level <> 'grid'))
        FROM draft.staged AS s WHERE s.changeset_id = change_set)
    WHERE c.changeset_id = change_set;
    DELETE FROM draft.staged WHERE changeset_id = change_set;
    PERFORM app.take_boundary_lock();
END $$;
COMMENT ON FUNCTION app.flip_changeset(bigint) IS 'What was prepared goes live with the commit, which follows at once: intake waits for that only';

CREATE FUNCTION app.may_change(area_path bigint []) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
-- The owner may everywhere; the service and people's own logins only in their scope.
BEGIN
    RETURN pg_has_role(session_user, 'gisgrid_owner', 'MEMBER') OR area_path && core.scope();
END $$;
COMMENT ON FUNCTION app.may_change(bigint []) IS 'May whoever asks change the boundaries of the area with this path?';

CREATE FUNCTION app.refuse_foreign(change_set bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Functions that write as the owner ask this first, or a login of another town could have them work on a draft that its
-- row policies hide. Raises GG002, the same for one that is not there.
BEGIN
    IF NOT EXISTS (
        SELECT FROM draft.changeset AS c WHERE c.changeset_id = change_set AND app.may_change(c.path)) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
END $$;
COMMENT ON FUNCTION app.refuse_foreign(bigint) IS 'Refuse whoever asks for a change set outside his areas';

CREATE FUNCTION app.publish_changeset(change_set bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The one door to the live boundaries, the same as saving the status by hand. Null: it waits for its date.
DECLARE
    c draft.changeset;
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    SELECT * INTO c FROM draft.changeset WHERE changeset_id = change_set FOR UPDATE;
    IF NOT FOUND OR NOT app.may_change(c.path) THEN
        RAISE EXCEPTION E'您的区域内没有变更集 %\nthere is no change set % in your areas',
            change_set, change_set USING ERRCODE = 'GG002';
    END IF;
    IF c.published_at IS NOT NULL OR c.status = 'discarded' THEN
        RAISE EXCEPTION E'变更集 % 已%\nchange set % is % already', change_set,
            CASE c.status WHEN 'discarded' THEN '作废' ELSE '发布' END, change_set, c.status
            USING ERRCODE = 'GG002', HINT = E'只有进行中的变更集可以发布\nonly an open change set can be published';
    END IF;
    IF c.status = 'open' THEN
        UPDATE draft.changeset SET status = 'published' WHERE changeset_id = change_set;
        SET CONSTRAINTS draft.flip_changeset IMMEDIATE;
        SET CONSTRAINTS draft.flip_changeset DEFERRED;
    ELSIF app.is_due(c.is_dated, c.valid_from) THEN
        PERFORM app.prepare_changeset(change_set);
        PERFORM app.flip_changeset(change_set);
    END IF;
    RETURN (SELECT summary FROM draft.changeset WHERE changeset_id = change_set);
END $$;
COMMENT ON FUNCTION app.publish_changeset(bigint) IS
'Publish a change set: the one door to the live boundaries; raises GG001 with the problems, changes nothing then';
