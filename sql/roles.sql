-- Roles and their timeouts. Run at every deploy by a superuser, or a login with CREATEROLE, which becomes a member of
-- them; changes nothing that is right already.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['gisgrid_owner', 'gisgrid_service', 'gisgrid_editor', 'gisgrid_viewer'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'gisgrid_api') THEN
        CREATE ROLE gisgrid_api LOGIN IN ROLE gisgrid_service;
    END IF;
    FOREACH wanted IN ARRAY ARRAY['gisgrid_owner', 'gisgrid_service'] LOOP
        IF NOT pg_has_role(wanted, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
    -- An editor reads what a viewer reads.
    GRANT gisgrid_viewer TO gisgrid_editor;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO gisgrid_owner', current_database());
END $$;
ALTER ROLE gisgrid_api SET statement_timeout = '15s';
ALTER ROLE gisgrid_api SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE gisgrid_api SET lock_timeout = '5s';
-- Requests are short: starting workers or compiling a plan costs more than it gains (measured on tiles: 1.2-2x).
ALTER ROLE gisgrid_api SET jit = off;
ALTER ROLE gisgrid_api SET max_parallel_workers_per_gather = 0;
ALTER ROLE gisgrid_api SET work_mem = '16MB';
-- The owner's functions end sessions of people that keep locks (app.end_idle_logins).
DO $$
BEGIN
    IF NOT pg_has_role('gisgrid_owner', 'pg_signal_backend', 'USAGE') THEN
        GRANT pg_signal_backend TO gisgrid_owner;
    END IF;
    IF NOT pg_has_role('gisgrid_owner', 'pg_read_all_stats', 'USAGE') THEN
        GRANT pg_read_all_stats TO gisgrid_owner;
    END IF;
END $$;
-- Grants are an allow-list: what a function's file does not grant nobody has.
ALTER DEFAULT PRIVILEGES FOR ROLE gisgrid_owner REVOKE EXECUTE ON FUNCTIONS FROM public;
