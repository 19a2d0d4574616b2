-- Settings that any session may choose, and that reach into functions that run as the owner: what prints their plans,
-- with estimates of private rows; what makes an index forget rows that a check must see; what changes a comparison.
-- Fixed in each function through which a person's login comes in: those that it may execute, and its triggers'. Run
-- at every deploy after the functions are built.
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN
        SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('app', 'tile') AND p.prosecdef AND (
            p.prorettype = 'trigger'::regtype
            OR has_function_privilege('gisgrid_editor', p.oid, 'EXECUTE')
            OR has_function_privilege('gisgrid_viewer', p.oid, 'EXECUTE'))
    LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SET debug_print_parse = off SET debug_print_rewritten = off SET debug_print_plan = off '
            'SET gin_fuzzy_search_limit = 0 SET transform_null_equals = off', f);
    END LOOP;
END $$;
