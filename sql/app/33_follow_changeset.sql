-- Long because it is one walk: what a publish could move, what it moves, tickets, overlays, posts.
CREATE FUNCTION app.moved_point(change_set bigint)
RETURNS TABLE (what text, id text, accuracy_m double precision, area_id bigint, path bigint [], geom geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Whatever has a point and could move: what stands on an area that the change set touched, what lies on ground where
-- it put a grid. Closed tickets never move. OFFSET 0 makes each look-up go area by area through its index: how many
-- areas a change set touches (five, or all) no statistics tell, and planned as a join it scans every ticket for five.
WITH touched AS (SELECT t.area_id FROM draft.touched AS t WHERE t.changeset_id = moved_point.change_set),

ground AS (
    SELECT v.geom
    FROM touched AS u
    CROSS JOIN LATERAL (
        SELECT w.geom FROM core.area_version AS w
        WHERE
            w.area_id = u.area_id AND w.changeset_id = moved_point.change_set
            AND w.level = 'grid' AND w.recorded_to = 'infinity'
        OFFSET 0
    ) AS v
),

network AS (SELECT c.network, c.valid_from FROM draft.changeset AS c WHERE c.changeset_id = moved_point.change_set)

SELECT
    'ticket',
    t.number,
    t.accuracy_m,
    t.area_id,
    t.path,
    t.geom
FROM (
    SELECT o.ticket_id FROM touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket AS a WHERE a.area_id = u.area_id AND a.closed_at IS NULL OFFSET 0
    ) AS o
    UNION
    SELECT i.ticket_id FROM ground AS g CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.geom && g.geom OFFSET 0
    ) AS i
) AS near
CROSS JOIN network AS c
CROSS JOIN LATERAL (
    SELECT a.number, a.area_id, a.path, p.accuracy_m, p.geom
    FROM work.ticket AS a
    INNER JOIN work.ticket_private AS p ON a.ticket_id = p.ticket_id
    WHERE a.ticket_id = near.ticket_id AND a.closed_at IS NULL AND a.network = c.network AND p.geom IS NOT NULL
    OFFSET 0
) AS t
UNION ALL
SELECT
    'camera',
    o.code,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM (
    SELECT a.camera_id FROM overlay.camera AS a WHERE a.area_id IN (SELECT u.area_id FROM touched AS u)
    UNION
    SELECT i.camera_id FROM ground AS g CROSS JOIN LATERAL (
        SELECT a.camera_id FROM overlay.camera AS a WHERE a.geom && g.geom OFFSET 0
    ) AS i
) AS near
INNER JOIN overlay.camera AS o ON near.camera_id = o.camera_id
WHERE (SELECT c.network FROM network AS c) = 'base'
UNION ALL
SELECT
    'place',
    o.code,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM (
    SELECT a.place_id FROM overlay.place AS a WHERE a.area_id IN (SELECT u.area_id FROM touched AS u)
    UNION
    SELECT i.place_id FROM ground AS g CROSS JOIN LATERAL (
        SELECT a.place_id FROM overlay.place AS a WHERE a.geom && g.geom OFFSET 0
    ) AS i
) AS near
INNER JOIN overlay.place AS o ON near.place_id = o.place_id
WHERE (SELECT c.network FROM network AS c) = 'base'
UNION ALL
SELECT
    'device',
    o.code,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM (
    SELECT a.device_id FROM overlay.device AS a WHERE a.area_id IN (SELECT u.area_id FROM touched AS u)
    UNION
    SELECT i.device_id FROM ground AS g CROSS JOIN LATERAL (
        SELECT a.device_id FROM overlay.device AS a WHERE a.geom && g.geom OFFSET 0
    ) AS i
) AS near
INNER JOIN overlay.device AS o ON near.device_id = o.device_id
WHERE (SELECT c.network FROM network AS c) = 'base'
UNION ALL
SELECT
    'post',
    o.post_id::text,
    NULL,
    o.area_id,
    o.path,
    o.geom
FROM touched AS u
CROSS JOIN network AS c
CROSS JOIN LATERAL (
    SELECT p.post_id, p.area_id, p.path, p.geom
    FROM core.area AS a
    INNER JOIN core.post AS p ON a.area_id = p.area_id
    WHERE
        a.area_id = u.area_id AND a.network = c.network AND a.level = 'grid'
        AND p.geom IS NOT NULL AND p.valid_to > c.valid_from
    OFFSET 0
) AS o;
END;
COMMENT ON FUNCTION app.moved_point(bigint) IS 'The points that a change set could move: open tickets, cameras, places, devices, posts';

CREATE FUNCTION app.moved_name(change_set bigint)
RETURNS TABLE (number text, named_area_id bigint, area_id bigint, path bigint [], shown geometry)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Open tickets without a point: on a touched area, or with one that was named, or still on none.
SELECT
    t.number,
    p.named_area_id,
    t.area_id,
    t.path,
    t.geom
FROM (
    SELECT o.ticket_id FROM draft.touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket AS a WHERE a.area_id = u.area_id AND a.closed_at IS NULL OFFSET 0
    ) AS o
    WHERE u.changeset_id = moved_name.change_set
    UNION
    SELECT n.ticket_id FROM draft.touched AS u CROSS JOIN LATERAL (
        SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.named_area_id = u.area_id OFFSET 0
    ) AS n
    WHERE u.changeset_id = moved_name.change_set
    UNION
    SELECT a.ticket_id FROM work.ticket_private AS a WHERE a.geom IS NULL AND a.path = '{0}'
) AS near
INNER JOIN work.ticket AS t ON near.ticket_id = t.ticket_id
INNER JOIN work.ticket_private AS p ON t.ticket_id = p.ticket_id
INNER JOIN draft.changeset AS c ON t.network = c.network
WHERE c.changeset_id = moved_name.change_set AND t.closed_at IS NULL AND p.geom IS NULL;
END;
COMMENT ON FUNCTION app.moved_name(bigint) IS
'The open tickets without a point that a change set could move: where an area was named, or the place is unknown';

CREATE FUNCTION app.to_follow(change_set bigint)
RETURNS TABLE (
    what text, id text, from_code text, to_code text, to_area_id bigint, area_version_id bigint, path bigint [],
    method text, confidence double precision, arrow geometry
)
LANGUAGE sql STABLE
BEGIN ATOMIC
-- Where everything belongs by the boundaries that are live: what differs is what follows. Preview and publish ask this.
-- What lies well inside the leaf that it stands on already, with no special grid about, needs no asking. A ticket
-- without a point goes with the area that was named and is shown at its label point.
SELECT
    m.what,
    m.id,
    f.code,
    coalesce(l.code, u.code),
    coalesce(l.area_id, u.area_id),
    l.area_version_id,
    coalesce(l.path, u.path, '{0}'),
    l.method,
    l.confidence,
    st_makeline(m.geom, coalesce(v.label_point, m.geom))
FROM (
    SELECT p.*, c.network, t.at
    FROM draft.changeset AS c
    CROSS JOIN LATERAL (SELECT greatest(c.valid_from, clock_timestamp()) AS at) AS t
    CROSS JOIN LATERAL app.moved_point(c.changeset_id) AS p
    WHERE
        c.changeset_id = to_follow.change_set
        AND NOT EXISTS (
            SELECT
            FROM (
                SELECT v.* FROM app.area_at(t.at) AS v
                WHERE v.area_id = p.area_id AND v.level = 'grid' AND v.path = p.path
                OFFSET 0  -- by its key, not by its box
            ) AS s
            WHERE
                st_covers(s.geom, p.geom) AND NOT st_dwithin(st_boundary(s.geom), p.geom, 1e-9)
                AND NOT EXISTS (
                    SELECT FROM app.area_at(t.at) AS o
                    WHERE
                        o.network = c.network AND o.level = 'grid' AND o.kind = 'special'
                        AND o.geom && p.geom AND o.area_id <> s.area_id
                )
            OFFSET 0  -- asked before the dear question below, of each point alone
        )
) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
CROSS JOIN LATERAL app.locate(m.geom, m.network, m.at, m.accuracy_m) AS l
LEFT JOIN LATERAL (
    SELECT a.area_id, a.code, a.path
    FROM (SELECT m.geom WHERE l.area_id IS NULL AND m.what = 'ticket' OFFSET 0) AS outside
    CROSS JOIN LATERAL app.area_above(outside.geom, m.network, m.at) AS a
) AS u ON true
LEFT JOIN core.area_version AS v ON l.area_version_id = v.area_version_id
WHERE m.path <> coalesce(l.path, u.path, '{0}')
UNION ALL
SELECT
    'ticket',
    m.number,
    f.code AS from_code,
    h.code AS to_code,
    h.area_id,
    h.area_version_id,
    h.path,
    h.method,
    h.confidence,
    st_makeline(coalesce(m.shown, h.label_point), h.label_point)
FROM draft.changeset AS c
CROSS JOIN LATERAL app.moved_name(c.changeset_id) AS m
LEFT JOIN core.area AS f ON m.area_id = f.area_id
CROSS JOIN LATERAL app.area_held(
    m.named_area_id, m.area_id, c.network, greatest(c.valid_from, clock_timestamp())
) AS h
WHERE
    c.changeset_id = to_follow.change_set
    AND (m.path <> h.path OR (m.shown IS NOT NULL AND m.shown IS DISTINCT FROM h.label_point));
END;
COMMENT ON FUNCTION app.to_follow(bigint) IS
'What does not yet belong where the live boundaries put it, of all that a change set could move';

CREATE FUNCTION app.follow_tickets(change_set bigint, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- One batch of open tickets takes the areas that hold them; where the code changed, the assignee as well. They stood
-- where they come to from the change set's date on (work.keep_path).
DECLARE
    moved bigint;
BEGIN
    PERFORM set_config('gisgrid.moved_from', c.valid_from::text, true)
    FROM draft.changeset AS c WHERE c.changeset_id = change_set;
    WITH move AS (
        SELECT * FROM app.to_follow(change_set) AS f WHERE f.what = 'ticket' LIMIT batch
    ),
    before AS (
        SELECT t.ticket_id, t.area_id AS from_area_id, t.path AS from_path, t.category, t.workflow, t.step,
               p.geom IS NOT NULL AS has_point, m.*
        FROM move AS m
        JOIN work.ticket AS t ON t.number = m.id AND t.closed_at IS NULL
        JOIN work.ticket_private AS p ON p.ticket_id = t.ticket_id
        FOR UPDATE OF t
    ),
    duty AS MATERIALIZED (
        SELECT b.*, r.rule, r.post_id, r.department, r.priority,
               app.step_once_routed(b.workflow, b.step, r.post_id IS NOT NULL OR r.department IS NOT NULL) AS next_step
        FROM before AS b
        LEFT JOIN core.area AS a ON a.area_id = b.to_area_id AND a.level = 'grid'
        LEFT JOIN LATERAL (SELECT w.* FROM app.route(b.category, b.path, a.kind) AS w LIMIT 1)  -- few rows, so planned
            AS r ON b.from_area_id IS DISTINCT FROM b.to_area_id
    ),
    ticket AS (
        UPDATE work.ticket AS t SET
            area_version_id = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.area_version_id
                                   ELSE t.area_version_id END,
            method = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.method ELSE t.method END,
            confidence = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.confidence ELSE t.confidence END,
            step = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.next_step ELSE t.step END,
            priority = CASE WHEN t.area_id IS DISTINCT FROM d.to_area_id THEN d.priority ELSE t.priority END,
            area_id = d.to_area_id,
            path = d.path,
            geom = CASE WHEN d.has_point OR t.geom IS NULL THEN t.geom
                        ELSE coalesce(st_endpoint(d.arrow), t.geom) END
        FROM duty AS d WHERE t.ticket_id = d.ticket_id
        RETURNING t.ticket_id
    ),
    private AS (
        UPDATE work.ticket_private AS p SET
            path = d.path,
            post_id = CASE WHEN d.from_area_id IS DISTINCT FROM d.to_area_id THEN d.post_id ELSE p.post_id END,
            department = CASE WHEN d.from_area_id IS DISTINCT FROM d.to_area_id THEN d.department ELSE p.department END
        FROM duty AS d WHERE p.ticket_id = d.ticket_id
    ),
    event AS (
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, detail)
        SELECT d.ticket_id, d.path, d.department, 'moved', d.step, d.next_step, jsonb_build_object(
            'changeset', change_set, 'from', d.from_code, 'to', d.to_code, 'version', d.area_version_id,
            'rule', d.rule, 'post_id', d.post_id)
        FROM duty AS d WHERE d.from_area_id IS DISTINCT FROM d.to_area_id
    ),
    notice AS (
        INSERT INTO work.outbox (ticket_id, topic, payload, left_path)
        SELECT d.ticket_id, 'ticket.moved', jsonb_build_object('from', d.from_code, 'to', d.to_code), d.from_path
        FROM duty AS d WHERE d.from_area_id IS DISTINCT FROM d.to_area_id
    )
    SELECT count(*) INTO moved FROM ticket;
    PERFORM set_config('gisgrid.moved_from', '', true);
    RETURN moved;
END $$;
COMMENT ON FUNCTION app.follow_tickets(bigint, integer) IS 'One batch of open tickets takes the areas that hold them now';

CREATE FUNCTION app.follow_changeset(change_set bigint, batch integer DEFAULT 2000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- One batch after a publish: posts and overlays with the first, then tickets. Returns how many tickets were moved;
-- call until 0. Safe to repeat, also after a crash, and by several at once: they take turns.
DECLARE
    c draft.changeset;
    moved bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(app.follower_lock());
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    IF c.published_at IS NULL OR c.followed_at IS NOT NULL OR c.valid_from > clock_timestamp() THEN
        RETURN 0;
    END IF;
    PERFORM app.hand_over_posts(change_set);
    PERFORM app.follow_overlays(change_set);
    IF c.policy = 'move' THEN
        moved := app.follow_tickets(change_set, batch);
    END IF;
    UPDATE draft.changeset AS u SET
        summary = u.summary || jsonb_build_object(
            'tickets_moved', moved + coalesce((u.summary ->> 'tickets_moved')::bigint, 0)),
        followed_at = CASE WHEN moved = 0 THEN clock_timestamp() END
    WHERE u.changeset_id = change_set;
    RETURN moved;
END $$;
COMMENT ON FUNCTION app.follow_changeset(bigint, integer) IS
'Move one batch of open tickets after a publish; returns how many were moved, 0 when all have followed';

CREATE FUNCTION app.follow_overlays(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Cameras, places, devices, posts with a point of their own and patrol cells take the areas that hold them now.
BEGIN
    WITH move AS MATERIALIZED (SELECT * FROM app.to_follow(change_set) AS f WHERE f.what <> 'ticket'),
    camera AS (
        UPDATE overlay.camera AS o SET area_id = m.to_area_id, path = m.path
        FROM move AS m WHERE m.what = 'camera' AND o.code = m.id
    ),
    place AS (
        UPDATE overlay.place AS o SET area_id = m.to_area_id, path = m.path
        FROM move AS m WHERE m.what = 'place' AND o.code = m.id
    ),
    device AS (
        UPDATE overlay.device AS o SET area_id = m.to_area_id, path = m.path
        FROM move AS m WHERE m.what = 'device' AND o.code = m.id
    )
    UPDATE core.post AS o SET area_id = m.to_area_id, path = m.path
    FROM move AS m WHERE m.what = 'post' AND o.post_id::text = m.id AND m.to_area_id IS NOT NULL;

    UPDATE overlay.patrol_cell AS o SET path = coalesce(l.path, '{0}')
    FROM draft.changeset AS c
    JOIN draft.touched AS t ON t.changeset_id = c.changeset_id
    JOIN core.area_version AS v ON v.area_id = t.area_id
        AND v.changeset_id = c.changeset_id AND v.level = 'grid' AND v.recorded_to = 'infinity'
    JOIN overlay.patrol_cell AS s ON s.geom_3857 && v.geom_3857
    CROSS JOIN LATERAL app.locate(st_centroid(s.geom)) AS l
    WHERE c.changeset_id = change_set AND c.network = 'base'
      AND o.cell = s.cell AND o.path <> coalesce(l.path, '{0}');
END $$;
COMMENT ON FUNCTION app.follow_overlays(bigint) IS 'Give cameras, places, devices, posts with a point and patrol cells their present areas';

CREATE FUNCTION app.hand_over_posts(change_set bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Posts without a point of their own stay with their area. Where it ended they go to the grid that took most of its
-- ground, unless that has somebody in the role; an undo opens them again. Paths follow the live versions.
DECLARE
    c draft.changeset;
    live_at timestamptz;
BEGIN
    SELECT * INTO STRICT c FROM draft.changeset WHERE changeset_id = change_set;
    live_at := greatest(c.valid_from, clock_timestamp());
    PERFORM app.reopen_posts(change_set);
    WITH ended AS MATERIALIZED (
        SELECT p.*, e.heir_id, e.heir_path, e.is_taken
        FROM app.ending_post(change_set) AS e JOIN core.post AS p ON p.post_id = e.post_id
    ), closed AS (
        UPDATE core.post AS p SET valid_to = c.valid_from, closed_by_changeset = change_set
        FROM ended AS e WHERE p.post_id = e.post_id
    )
    INSERT INTO core.post (area_id, path, role, person_id, title, department, is_public, valid_from, valid_to,
                           opened_by_changeset)
    SELECT e.heir_id, e.heir_path, e.role, e.person_id, e.title, e.department, e.is_public, c.valid_from, e.valid_to,
           change_set
    FROM ended AS e
    WHERE e.heir_id IS NOT NULL AND NOT e.is_taken;

    INSERT INTO core.roster (post_id, shift, valid_from, valid_to, every_days, weekdays)
    SELECT n.post_id, r.shift, r.valid_from, r.valid_to, r.every_days, r.weekdays
    FROM core.post AS o
    JOIN core.post AS n ON n.opened_by_changeset = change_set AND n.role = o.role
        AND n.person_id IS NOT DISTINCT FROM o.person_id AND n.title IS NOT DISTINCT FROM o.title
    JOIN core.roster AS r ON r.post_id = o.post_id
    WHERE o.closed_by_changeset = change_set
    ON CONFLICT DO NOTHING;

    UPDATE core.post AS o SET path = v.path
    FROM draft.touched AS t
    CROSS JOIN app.area_at(live_at) AS v
    WHERE t.changeset_id = change_set AND v.area_id = t.area_id AND o.area_id = v.area_id AND o.path <> v.path;
END $$;
COMMENT ON FUNCTION app.hand_over_posts(bigint) IS 'Posts of grids that ended go to the grid that took most of their ground';
