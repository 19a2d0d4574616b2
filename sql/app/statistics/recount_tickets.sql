CREATE FUNCTION app.recount_tickets() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(app.counter_lock());
    LOCK TABLE work.ticket IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM work.counter;
    DELETE FROM work.counter_change;
    DELETE FROM work.leaf_sum;
    DELETE FROM work.area_sum;
    DELETE FROM work.day_sum;
    DELETE FROM work.post_sum;
    DELETE FROM work.post_change;
    DELETE FROM work.ticket_bin;
    DELETE FROM work.closed_bin;
    DELETE FROM work.ticket_bin_change;
    UPDATE work.counter_time SET overdue_at = '-infinity', posts_overdue_at = '-infinity';
    INSERT INTO work.counter_change (path, network, tickets, open, due_at, area_version_id, category, source,
                                     received_at, closed_at, solved_in_grid)
    SELECT t.path, t.network, 1, (t.closed_at IS NULL)::integer, t.due_at, t.area_version_id, t.category, t.source,
           t.received_at, t.closed_at, t.solved_in_grid
    FROM work.ticket AS t;
    INSERT INTO work.post_change (ticket_id, is_private, was_there)
    SELECT t.ticket_id, false, false FROM work.ticket AS t;
    INSERT INTO work.ticket_bin_change (network, x, y)
    SELECT DISTINCT t.network, floor(public.st_x(t.geom_3857) / app.cell_side_m()),
                    floor(public.st_y(t.geom_3857) / app.cell_side_m())
    FROM work.ticket AS t WHERE t.geom_3857 IS NOT NULL;
    PERFORM app.add_up_counters();
    PERFORM app.add_up_posts();
    PERFORM app.renew_bins();
    INSERT INTO core.change (layer, box) VALUES ('ticket', public.st_makeenvelope(-180, -85, 180, 85, 4326));
END $$;
COMMENT ON FUNCTION app.recount_tickets() IS
'Recount all tickets, and the cells of the map, after a hand has changed them with triggers off; writers of tickets wait meanwhile';
