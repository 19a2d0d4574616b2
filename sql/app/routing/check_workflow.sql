CREATE FUNCTION app.check_workflow() RETURNS trigger LANGUAGE plpgsql AS $$
-- At the end of the transaction: a template in which a ticket could never be closed is refused.
DECLARE
    w text;
    wrong text [];
BEGIN
    FOREACH w IN ARRAY ARRAY[coalesce(NEW.workflow, OLD.workflow), OLD.workflow] LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM work.workflow AS f WHERE f.workflow = w);
        WITH RECURSIVE step AS (
            SELECT s.* FROM work.step AS s WHERE s.workflow = w
        ), arc AS (
            SELECT t.* FROM work.transition AS t WHERE t.workflow = w
        ), reached AS (
            SELECT s.step FROM step AS s WHERE s.is_first_routed OR s.is_unrouted
            UNION
            SELECT a.to_step FROM reached AS r JOIN arc AS a ON a.from_step = r.step
        ), ending AS (
            SELECT s.step FROM step AS s WHERE s.closes
            UNION
            SELECT a.from_step FROM ending AS e JOIN arc AS a ON a.to_step = e.step AND a.kind <> 'reopen'
        )
        SELECT CASE
            WHEN (SELECT count(*) FROM step AS s WHERE s.is_first_routed) <> 1
                THEN ARRAY['须恰有一个环节是已派单工单的起点', 'one step must be where a routed report begins']
            WHEN (SELECT count(*) FROM step AS s WHERE s.is_unrouted) <> 1
                THEN ARRAY['须恰有一个环节是待分派工单的起点', 'one step must be where a report waits for somebody']
            WHEN NOT EXISTS (SELECT FROM step AS s WHERE s.closes) THEN ARRAY['没有办结环节', 'no step closes a ticket']
            WHEN EXISTS (SELECT FROM step AS s WHERE s.closes AND (s.is_first_routed OR s.is_unrouted))
                THEN ARRAY['工单不能从办结环节开始', 'a report cannot begin in a step that closes']
            WHEN NOT EXISTS (SELECT FROM arc AS a JOIN step AS f ON f.step = a.from_step AND f.is_unrouted
                             JOIN step AS t ON t.step = a.to_step AND t.is_first_routed)
                THEN ARRAY['待分派环节没有通往处置环节的流转', 'no transition leads from where a report waits to where it is worked on']
            WHEN EXISTS (SELECT FROM arc AS a JOIN step AS s ON s.step = a.from_step
                         WHERE s.closes <> (a.kind = 'reopen'))
                THEN ARRAY['离开办结环节的流转才是、且必须是 reopen', 'a transition is called reopen if and only if it leaves a step that closes']
            WHEN EXISTS (SELECT FROM arc AS a JOIN step AS s ON s.step = a.to_step
                         WHERE a.kind = 'reopen' AND NOT s.is_first_routed)
                THEN ARRAY['重新打开的工单须回到已派单的起点', 'what is reopened begins where a routed report begins']
            WHEN EXISTS (SELECT FROM reached AS r WHERE r.step NOT IN (SELECT e.step FROM ending AS e))
                THEN (SELECT ARRAY['从 ' || n.steps || ' 到不了办结环节', 'from ' || n.steps || ' no step closes a ticket']
                      FROM (SELECT string_agg(r.step, ', ' ORDER BY r.step) AS steps FROM reached AS r
                            WHERE r.step NOT IN (SELECT e.step FROM ending AS e)) AS n)
            WHEN EXISTS (SELECT FROM arc AS a, unnest(a.roles) AS r (role)
                         WHERE r.role <> 'reporter' AND r.role NOT IN (SELECT c.role FROM core.account_role AS c))
                THEN ARRAY['流转用到了不存在的角色', 'a transition names a role that nobody can have']
            WHEN EXISTS (SELECT FROM arc AS a WHERE a.roles = '{}') THEN ARRAY['有流转没有写明谁可以操作', 'a transition names nobody who may take it']
            END INTO wrong;
        IF wrong IS NOT NULL THEN
            PERFORM app.refuse('workflow_unsound', w, wrong[1], wrong[2]);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION app.check_workflow() IS
'Guard: every step that a ticket can reach leads to a closing one; entries, reopenings and roles fit together';
