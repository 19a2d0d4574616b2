-- Working time, shifts, the tree of categories, routing rules. Long because a schema is one file.

-- What the database has to know of the settings: it computes with its own clock, in the district's zone.
ALTER TABLE core.deployment
ADD COLUMN zone text NOT NULL DEFAULT 'Asia/Shanghai',
ADD COLUMN due_soon interval NOT NULL DEFAULT '24:00',
ADD COLUMN calendar text;
COMMENT ON COLUMN core.deployment.zone IS 'The district''s time zone: working hours, shifts and days of rules are its';
COMMENT ON COLUMN core.deployment.due_soon IS 'How long before its due time a ticket is due soon';
COMMENT ON COLUMN core.deployment.calendar IS 'Which calendar of public holidays the days were taken from';

CREATE TABLE core.work_hours (
    starts time PRIMARY KEY,
    ends time NOT NULL,
    CONSTRAINT work_begins_before_it_ends CHECK (starts < ends),
    CONSTRAINT work_hours_must_not_overlap EXCLUDE USING gist (
        int4range(extract(EPOCH FROM starts)::integer, extract(EPOCH FROM ends)::integer) WITH &&
    )
);
COMMENT ON TABLE core.work_hours IS 'When people work on a working day, in the district''s zone';
INSERT INTO core.work_hours (starts, ends) VALUES ('09:00', '12:00'), ('14:00', '18:00');

CREATE TABLE core.calendar_day (
    date date PRIMARY KEY,
    is_working boolean NOT NULL,
    name text,
    source text NOT NULL CONSTRAINT day_source_is_known CHECK (source IN ('weekday', 'library', 'local'))
);
COMMENT ON TABLE core.calendar_day IS 'Is this a working day? Public holidays and make-up working days; local rows win';
COMMENT ON COLUMN core.calendar_day.name IS 'The holiday''s name; a day off without one is a weekend';

CREATE TABLE core.work_span (
    starts timestamptz PRIMARY KEY,
    ends timestamptz NOT NULL,
    before_us bigint NOT NULL CONSTRAINT work_span_follows_another UNIQUE,
    length_us bigint NOT NULL
);
COMMENT ON TABLE core.work_span IS
'Working time span by span, made of core.calendar_day and core.work_hours; before_us: microseconds worked before it';

CREATE FUNCTION core.refresh_work_span() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE core.work_span IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM core.work_span;
    INSERT INTO core.work_span (starts, ends, before_us, length_us)
    SELECT s.starts, s.ends, sum(s.length_us) OVER (ORDER BY s.starts) - s.length_us, s.length_us FROM (
        SELECT x.starts, x.ends, (extract(EPOCH FROM x.ends - x.starts) * 1000000)::bigint AS length_us FROM (
            SELECT (d.date + h.starts) AT TIME ZONE z.zone AS starts, (d.date + h.ends) AT TIME ZONE z.zone AS ends
            FROM core.calendar_day AS d CROSS JOIN core.work_hours AS h CROSS JOIN core.deployment AS z
            WHERE d.is_working) AS x
        WHERE x.starts < x.ends) AS s;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION core.refresh_work_span() IS 'Makes core.work_span anew when days, hours or the zone change';
CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.calendar_day
FOR EACH STATEMENT EXECUTE FUNCTION core.refresh_work_span();
CREATE TRIGGER refresh_work_span AFTER INSERT OR UPDATE OR DELETE ON core.work_hours
FOR EACH STATEMENT EXECUTE FUNCTION core.refresh_work_span();
CREATE TRIGGER refresh_work_span AFTER UPDATE OF zone ON core.deployment
FOR EACH STATEMENT EXECUTE FUNCTION core.refresh_work_span();

-- Until a calendar is kept: Monday to Friday.
INSERT INTO core.calendar_day (date, is_working, source)
SELECT g.day::date, extract(ISODOW FROM g.day) < 6, 'weekday'
FROM generate_series('2015-01-01'::timestamp, '2035-12-31'::timestamp, '1 day') AS g (day);

CREATE FUNCTION core.work_before(at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT s.before_us + least((extract(EPOCH FROM at - s.starts) * 1000000)::bigint, s.length_us)
            FROM core.work_span AS s WHERE s.starts <= at ORDER BY s.starts DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION core.work_before(timestamptz) IS
'How many microseconds of working time lie before this instant? Null before the calendar begins';

CREATE FUNCTION core.add_work(at timestamptz, amount interval) RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
-- Forwards a span's end belongs to it, backwards its start: what is added to 17:00 till 18:00 ends at 18:00.
DECLARE
    added bigint := extract(EPOCH FROM amount) * 1000000;
    target bigint := core.work_before(at) + added;
BEGIN
    IF added = 0 THEN
        RETURN (SELECT greatest(s.starts, at) FROM core.work_span AS s
                WHERE s.starts >= (SELECT max(b.starts) FROM core.work_span AS b WHERE b.starts <= at) AND s.ends > at
                ORDER BY s.starts LIMIT 1);
    END IF;
    RETURN (
        SELECT s.starts + (target - s.before_us) * interval '1 microsecond' FROM core.work_span AS s
        WHERE s.before_us <= target - (added > 0)::integer AND target <= s.before_us + s.length_us
        ORDER BY s.before_us DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION core.add_work(timestamptz, interval) IS
'Which instant is this much working time later (earlier if negative; of nothing the next working instant)? '
'Null where the calendar ends';

CREATE FUNCTION core.due_at(since timestamptz, hours integer, unit text) RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF unit = 'working' THEN
        RETURN coalesce(core.add_work(since, make_interval(hours => hours)), since + make_interval(hours => hours));
    END IF;
    RETURN since + make_interval(hours => hours);
END $$;
COMMENT ON FUNCTION core.due_at(timestamptz, integer, text) IS
'When are so many calendar or working hours over? Past the calendar''s end every hour counts';

CREATE FUNCTION core.move_due(due_at timestamptz, unit text, paused_at timestamptz, resumed_at timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    waited interval;
BEGIN
    IF unit = 'working' THEN
        waited := (core.work_before(resumed_at) - core.work_before(paused_at)) * interval '1 microsecond';
        RETURN CASE WHEN waited = interval '0' THEN due_at
                    ELSE coalesce(core.add_work(due_at, waited), due_at + (resumed_at - paused_at)) END;
    END IF;
    RETURN due_at + (resumed_at - paused_at);
END $$;
COMMENT ON FUNCTION core.move_due(timestamptz, text, timestamptz, timestamptz) IS
'When is what was due due after a pause? Later by the calendar or working time that was paused';

-- Shifts and who works them.
ALTER TABLE core.post ADD COLUMN is_public boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN core.post.is_public IS 'May everybody read the name and telephone number of whoever holds it?';

CREATE TABLE core.shift (
    shift text PRIMARY KEY CONSTRAINT shift_has_a_name CHECK (shift ~ '\S' AND length(shift) <= 40),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    starts time NOT NULL,
    ends time NOT NULL,
    CONSTRAINT shift_begins_and_ends_apart CHECK (starts <> ends)
);
COMMENT ON TABLE core.shift IS 'A time of day with a name; one that ends before it starts goes past midnight';
INSERT INTO core.shift (shift, name_zh, name_en, starts, ends) VALUES
('early', '早班', 'early shift', '08:00', '16:00'),
('late', '中班', 'late shift', '16:00', '24:00'),
('night', '夜班', 'night shift', '00:00', '08:00');

CREATE SEQUENCE core.roster_id_seq;
CREATE TABLE core.roster (
    roster_id bigint PRIMARY KEY DEFAULT nextval('core.roster_id_seq'),
    post_id bigint NOT NULL REFERENCES core.post ON DELETE CASCADE,
    shift text NOT NULL REFERENCES core.shift,
    valid_from date NOT NULL,
    valid_to date NOT NULL DEFAULT 'infinity',
    every_days smallint NOT NULL DEFAULT 1 CONSTRAINT a_cycle_has_days CHECK (every_days BETWEEN 1 AND 366),
    weekdays smallint [] CONSTRAINT weekdays_are_1_to_7
    CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    CONSTRAINT roster_begins_before_it_ends CHECK (valid_from < valid_to),
    CONSTRAINT a_post_is_rostered_once_from_a_day UNIQUE (post_id, valid_from, shift)
);
ALTER SEQUENCE core.roster_id_seq OWNED BY core.roster.roster_id;
COMMENT ON TABLE core.roster IS
'On which days a post works a shift: on valid_from and every so many days after; a shift belongs to the day it begins';
ALTER TABLE core.roster ENABLE ROW LEVEL SECURITY;
CREATE POLICY roster_is_seen_with_its_post ON core.roster FOR SELECT
USING (EXISTS (SELECT 1 FROM core.post AS p WHERE p.post_id = roster.post_id));

-- Categories as a tree.
ALTER TABLE work.category
DROP CONSTRAINT category_is_a_short_ascii_name,
ADD CONSTRAINT category_is_a_short_ascii_name CHECK (category ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
DROP CONSTRAINT category_name_zh_is_unique,
ADD CONSTRAINT category_name_zh_is_unique_under_its_parent UNIQUE NULLS NOT DISTINCT (parent, name_zh),
ADD COLUMN due_unit text NOT NULL DEFAULT 'calendar'
CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
ADD COLUMN retired_at timestamptz,
ADD COLUMN path text [] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN work.category.path IS 'The categories above and itself, from the top; begins with '''', any';
COMMENT ON COLUMN work.category.retired_at IS 'From when on no new report can be about it; null: it is in use';
CREATE INDEX category_parent ON work.category (parent);
CREATE INDEX ticket_category ON work.ticket (category);

CREATE FUNCTION work.keep_used_category() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used text := CASE
        WHEN EXISTS (SELECT FROM work.ticket AS t WHERE t.category = OLD.category) THEN 'tickets are about it'
        WHEN EXISTS (SELECT FROM work.rule AS r WHERE r.category = OLD.category) THEN 'routing rules name it'
    END;
BEGIN
    IF used IS NOT NULL THEN
        RAISE EXCEPTION 'category % (%) cannot be removed: %', OLD.category, OLD.name_zh, used
            USING ERRCODE = 'foreign_key_violation', HINT = 'retire it: set retired_at';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION work.keep_used_category() IS 'Guard: a category in use is retired, never removed';
CREATE TRIGGER keep_used_category BEFORE DELETE ON work.category
FOR EACH ROW EXECUTE FUNCTION work.keep_used_category();

CREATE FUNCTION work.grow_category_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text[];
    circle text;
BEGIN
    WITH RECURSIVE tree AS (
        SELECT c.category, ARRAY['', c.category] AS path FROM work.category AS c WHERE c.parent IS NULL
        UNION ALL
        SELECT c.category, t.path || c.category FROM work.category AS c JOIN tree AS t ON c.parent = t.category
    ), changed AS (
        UPDATE work.category AS c SET path = t.path FROM tree AS t
        WHERE c.category = t.category AND c.path <> t.path RETURNING c.category
    )
    SELECT (SELECT array_agg(c.category) FROM changed AS c),
           (SELECT string_agg(c.category, ', ' ORDER BY c.category) FROM work.category AS c
            WHERE NOT EXISTS (SELECT FROM tree AS t WHERE t.category = c.category))
    INTO moved, circle;
    IF circle IS NOT NULL THEN
        RAISE EXCEPTION 'categories % lie under themselves', circle
            USING ERRCODE = 'check_violation', HINT = 'give one of them another parent, or none';
    END IF;
    UPDATE work.rule AS r SET category = r.category WHERE r.category = ANY(moved);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.grow_category_tree() IS
'Keeps the path of every category; refuses a circle; rules are measured anew where a category moved';

-- Rules.
CREATE TABLE work.rule (
    rule text PRIMARY KEY
    CONSTRAINT rule_has_a_name CHECK (rule ~ '\S' AND length(rule) <= 80)
    CONSTRAINT rule_is_not_called_as_its_absence CHECK (rule NOT IN ('post on duty', 'nobody on duty')),
    category text REFERENCES work.category,
    area_id bigint REFERENCES core.area,
    kind text REFERENCES core.area_kind,
    days text CONSTRAINT days_are_known CHECK (days IN ('working', 'rest', 'weekend', 'holiday')),
    weekdays smallint [] CONSTRAINT weekdays_are_1_to_7
    CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    starts time,
    ends time,
    shift text REFERENCES core.shift,
    role text REFERENCES core.post_role,
    department text CONSTRAINT department_has_a_name CHECK (department ~ '\S'),
    person_id bigint REFERENCES core.person,
    priority smallint CONSTRAINT priority_is_1_to_5 CHECK (priority BETWEEN 1 AND 5),
    due_hours integer CONSTRAINT due_hours_are_positive CHECK (due_hours > 0),
    due_unit text CONSTRAINT due_unit_is_calendar_or_working CHECK (due_unit IN ('calendar', 'working')),
    note text,
    category_key text NOT NULL GENERATED ALWAYS AS (coalesce(category, '')) STORED,
    area_key bigint NOT NULL GENERATED ALWAYS AS (coalesce(area_id, 0)) STORED,
    day_kinds text [],
    seconds int4multirange,
    specificity integer [] NOT NULL,
    CONSTRAINT rule_names_one_target CHECK (num_nonnulls(role, department, person_id) = 1),
    CONSTRAINT rule_says_both_ends_of_its_hours CHECK ((starts IS NULL) = (ends IS NULL) AND starts <> ends),
    CONSTRAINT rule_says_hours_or_a_shift CHECK (starts IS NULL OR shift IS NULL),
    CONSTRAINT rule_says_due_hours_and_their_unit CHECK ((due_hours IS NULL) = (due_unit IS NULL))
);
CREATE INDEX rule_looked_up ON work.rule (category_key, area_key);
COMMENT ON TABLE work.rule IS
'What a report is about, where, when -> who has it, how urgent, by when; the most specific rule that applies wins';
COMMENT ON COLUMN work.rule.specificity IS
'Compared from the left: depth of the category, level of the area, kind, days, weekdays left out, seconds left out';
COMMENT ON COLUMN work.rule.seconds IS 'The seconds of the day in which it applies; null: all';

CREATE FUNCTION work.day_seconds(starts time, ends time) RETURNS int4multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE
    WHEN day_seconds.starts < day_seconds.ends
        THEN int4multirange(
            int4range(extract(EPOCH FROM day_seconds.starts)::integer, extract(EPOCH FROM day_seconds.ends)::integer)
        )
    ELSE int4multirange(
        int4range(0, extract(EPOCH FROM day_seconds.ends)::integer),
        int4range(extract(EPOCH FROM day_seconds.starts)::integer, 86400)
    )
END;
END;
COMMENT ON FUNCTION work.day_seconds(time, time) IS 'The seconds of a day from one time to another, past midnight too';

CREATE FUNCTION work.measure_rule() RETURNS trigger LANGUAGE plpgsql AS $$
-- Fills what is derived, and refuses what can never work.
DECLARE
    covered integer := 86400;
BEGIN
    IF NEW.area_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.area_version AS v
        WHERE v.area_id = NEW.area_id AND v.recorded_to = 'infinity' AND v.valid_to > now()) THEN
        RAISE EXCEPTION 'rule %: area % has ended', NEW.rule,
            (SELECT a.code FROM core.area AS a WHERE a.area_id = NEW.area_id)
            USING ERRCODE = 'check_violation', HINT = 'name an area of the map';
    END IF;
    IF NEW.department IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.post AS p WHERE p.department = NEW.department AND p.valid_to > now()
        UNION ALL
        SELECT FROM core.account AS c WHERE c.department = NEW.department AND c.disabled_at IS NULL) THEN
        RAISE EXCEPTION 'rule %: nobody is in department %', NEW.rule, NEW.department
            USING ERRCODE = 'check_violation', HINT = 'load its posts or add its account first, or correct the name';
    END IF;
    IF NEW.person_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM core.post AS p WHERE p.person_id = NEW.person_id AND p.valid_to > now()) THEN
        RAISE EXCEPTION 'rule %: person % holds no post', NEW.rule, NEW.person_id
            USING ERRCODE = 'check_violation', HINT = 'load a post of this person first';
    END IF;
    NEW.day_kinds := CASE NEW.days WHEN 'rest' THEN '{weekend,holiday}'::text[] ELSE ARRAY[NEW.days] END;
    IF NEW.days IS NULL THEN
        NEW.day_kinds := NULL;
    END IF;
    NEW.seconds := CASE
        WHEN NEW.starts IS NOT NULL THEN work.day_seconds(NEW.starts, NEW.ends)
        WHEN NEW.shift IS NOT NULL THEN (
            SELECT work.day_seconds(s.starts, s.ends) FROM core.shift AS s WHERE s.shift = NEW.shift)
    END;
    IF NEW.seconds IS NOT NULL THEN
        covered := (SELECT sum(upper(r) - lower(r)) FROM unnest(NEW.seconds) AS r);
    END IF;
    NEW.specificity := ARRAY[
        coalesce((SELECT cardinality(c.path) - 1 FROM work.category AS c WHERE c.category = NEW.category), 0),
        coalesce((
            SELECT l.rank FROM core.area AS a JOIN core.level AS l USING (level) WHERE a.area_id = NEW.area_id), 0),
        (NEW.kind IS NOT NULL)::integer,
        CASE WHEN NEW.days IN ('weekend', 'holiday') THEN 2 WHEN NEW.days IS NOT NULL THEN 1 ELSE 0 END,
        7 - (SELECT count(DISTINCT d) FROM unnest(coalesce(NEW.weekdays, '{1,2,3,4,5,6,7}')) AS d)::integer,
        86400 - covered];
    RETURN NEW;
END $$;
COMMENT ON FUNCTION work.measure_rule() IS
'Fills what of a rule is derived; refuses an area that has ended, a target that nobody is';
CREATE TRIGGER measure_rule BEFORE INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION work.measure_rule();

CREATE FUNCTION work.refuse_tied_rule() RETURNS trigger LANGUAGE plpgsql AS $$
-- Equal in every measure means the same category and the same area or none, so what is left to ask is kind and time.
DECLARE
    tied text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('gisgrid rules', 7147));
    SELECT o.rule INTO tied
    FROM work.rule AS n JOIN work.rule AS o ON o.rule <> n.rule AND o.specificity = n.specificity
    WHERE n.rule = NEW.rule
      AND o.category_key = n.category_key AND o.area_key = n.area_key AND o.kind IS NOT DISTINCT FROM n.kind
      AND (n.day_kinds IS NULL OR n.day_kinds && o.day_kinds)
      AND coalesce(n.weekdays && o.weekdays, true)
      AND coalesce(n.seconds && o.seconds, true)
    ORDER BY o.rule LIMIT 1;
    IF tied IS NOT NULL THEN
        RAISE EXCEPTION 'rules % and % can both apply and neither is more specific',
            least(NEW.rule, tied), greatest(NEW.rule, tied)
            USING ERRCODE = 'exclusion_violation',
            HINT = 'narrow one of them: category, area, kind, days, weekdays or hours';
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION work.refuse_tied_rule() IS 'Guard: two rules that can both apply are never equally specific';
CREATE TRIGGER refuse_tied_rule AFTER INSERT OR UPDATE ON work.rule
FOR EACH ROW EXECUTE FUNCTION work.refuse_tied_rule();

CREATE FUNCTION core.measure_rules_of_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work.rule AS r SET shift = r.shift WHERE r.shift = NEW.shift;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION core.measure_rules_of_shift() IS 'Rules of a shift are measured anew when its hours change';
CREATE TRIGGER measure_rules_of_shift AFTER UPDATE OF starts, ends ON core.shift
FOR EACH ROW EXECUTE FUNCTION core.measure_rules_of_shift();

CREATE TRIGGER grow_category_tree AFTER INSERT OR UPDATE OF parent ON work.category
FOR EACH STATEMENT EXECUTE FUNCTION work.grow_category_tree();
UPDATE work.category SET parent = parent;
