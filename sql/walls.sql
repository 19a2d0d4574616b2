-- What PostgreSQL and PostGIS open to everybody, and a login of a person could stop or spy on a district with: advisory
-- locks, large objects, temporary tables, and statistics, sizes and the length of the log, which count rows that are
-- not his. Monitors keep statistics (pg_read_all_stats). Run at every deploy by the superuser; changes nothing that is
-- right already.
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT
            p.oid::regprocedure AS name,
            p.proname ~ '^pg_(stat_|current_wal_|control_checkpoint|(total_)?relation_size|table_size|indexes_size|database_size)' AS is_measure
        FROM pg_proc AS p
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE' AND (
            n.nspname = 'pg_catalog' AND p.proname ~ '^(pg_(try_)?advisory_|pg_current_wal_|pg_control_checkpoint$|pg_logical_emit_message$|lo_|lowrite$|loread$|pg_(total_)?relation_size$|pg_(table|indexes|database)_size$)'
            OR n.nspname = 'pg_catalog' AND p.proname ~ '^pg_stat_get_' AND p.proname !~ '^pg_stat_get_(activity|backend_)'
            OR n.nspname = 'public' AND p.proname ~ '^(_postgis_(selectivity|join_selectivity|stats|index_extent)|st_(estimated|find)_?extent|postgis_extensions_upgrade)$')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
        IF f.is_measure THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_read_all_stats', f.name);
        END IF;
    END LOOP;
    -- How many rows and pages each table has, to the last ANALYZE, also of tables that a login may not read. Clients name
    -- the columns that they need (tried: psql's \d, ogr2ogr, QGIS); `SELECT * FROM pg_class` is for monitors.
    IF has_column_privilege('public', 'pg_catalog.pg_class', 'reltuples', 'SELECT') THEN
        REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC;
        EXECUTE (
            SELECT format('GRANT SELECT (%s) ON pg_catalog.pg_class TO PUBLIC', string_agg(quote_ident(a.attname), ', '))
            FROM pg_attribute AS a
            WHERE a.attrelid = 'pg_catalog.pg_class'::regclass
                AND a.attname <> ALL('{reltuples,relpages,relallvisible,relallfrozen}'));
        GRANT SELECT ON pg_catalog.pg_class TO gisgrid_owner, gisgrid_service, pg_read_all_stats;
    END IF;
    -- Temporary tables fill the disk, temp_file_limit or not, and a deferred trigger on one runs within a publish.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
GRANT EXECUTE ON FUNCTION
pg_advisory_xact_lock(bigint), pg_advisory_xact_lock_shared(bigint) TO gisgrid_owner, gisgrid_service;
-- No log holds a statement with a value: not a statement that is slow, fails or waits, nor an error's detail of a row.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET log_min_error_statement = panic', current_database());
    EXECUTE format('ALTER DATABASE %I SET log_min_duration_statement = -1', current_database());
    EXECUTE format('ALTER DATABASE %I SET log_statement = none', current_database());
    EXECUTE format('ALTER DATABASE %I SET log_error_verbosity = terse', current_database());
    EXECUTE format('ALTER DATABASE %I SET log_lock_waits = off', current_database());
    EXECUTE format('ALTER DATABASE %I SET log_parameter_max_length_on_error = 0', current_database());
END $$;
