CREATE FUNCTION app.open_changeset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Sets who opened the change set, whether a date was chosen, the areas that may be redrawn, and the path of the one
-- area, or what is above all of several: who publishes has to be there.
DECLARE
    area record;
BEGIN
    IF NEW.area_code IS NULL THEN
        SELECT a.code INTO NEW.area_code FROM core.login_scope AS s JOIN core.area AS a ON a.area_id = s.area_id
        WHERE s.login = session_user;
    END IF;
    NEW.opened_by := app.actor();
    NEW.valid_from := coalesce(app.read_date(NEW.starts_on), NEW.valid_from, now());
    NEW.is_dated := NEW.is_dated OR NEW.valid_from IS DISTINCT FROM now();
    NEW.title := coalesce(app.plain_words(NEW.title), '');
    NEW.policy := app.one_of('policy', NEW.policy, 'move', 'move', 'stay');
    NEW.ground := app.one_of('ground', NEW.ground, 'keep', 'keep', 'gain', 'any');
    NEW.status := 'open';
    NEW.published_at := NULL;
    NEW.path := '{0}';
    NEW.areas := '{0}';
    NEW.together_with := array_remove(coalesce(NEW.together_with, '{}'), NEW.area_code);
    FOR area IN
        SELECT g.code, v.path FROM unnest(NEW.area_code || NEW.together_with) WITH ORDINALITY AS g (code, n)
        LEFT JOIN LATERAL (
            SELECT l.path FROM core.area_version AS l
            WHERE l.network = NEW.network AND l.code = g.code AND l.recorded_to = 'infinity'
            ORDER BY l.valid_to DESC LIMIT 1) AS v ON true
        WHERE NEW.area_code IS NOT NULL ORDER BY g.n
    LOOP
        IF area.path IS NULL THEN
            PERFORM app.refuse('no_such_area', format('%s（%s）', n.name_zh, n.network), area.code,
                               format('%s (%s)', n.name_en, n.network))
            FROM core.network AS n WHERE n.network = NEW.network;
        END IF;
        NEW.areas := CASE WHEN NEW.areas = '{0}' THEN '{}'::bigint[] ELSE NEW.areas END
            || area.path[cardinality(area.path)];
        NEW.path := CASE WHEN cardinality(NEW.areas) = 1 THEN area.path ELSE ARRAY(
            SELECT p.id FROM unnest(NEW.path) WITH ORDINALITY AS p (id, n) WHERE p.id = ANY(area.path) ORDER BY p.n) END;
    END LOOP;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION app.open_changeset() IS 'Sets path, areas, opened_by and is_dated of a new change set';
