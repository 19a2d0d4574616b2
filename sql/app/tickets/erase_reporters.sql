CREATE FUNCTION app.erase_reporters(keep_days integer, batch integer DEFAULT 200) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
-- One batch; returns how many tickets, 0 when all are done. Workers skip each other's tickets. The rows of the photos
-- go here; the clearing of files without a row removes their files.
DECLARE
    erased bigint;
BEGIN
    WITH old AS MATERIALIZED (
        SELECT p.ticket_id, p.path, p.department, t.step,
               p.contact_name IS NOT NULL OR p.contact_phone IS NOT NULL AS has_contact
        FROM work.ticket_private AS p JOIN work.ticket AS t ON t.ticket_id = p.ticket_id
        WHERE t.closed_at < clock_timestamp() - make_interval(days => keep_days)
          AND (p.contact_name IS NOT NULL OR p.contact_phone IS NOT NULL OR EXISTS (
              SELECT FROM work.photo AS f WHERE f.ticket_id = p.ticket_id AND f.kind = 'report'))
        ORDER BY p.ticket_id LIMIT batch FOR UPDATE OF p SKIP LOCKED
    ), contact AS (
        UPDATE work.ticket_private AS p SET contact_name = NULL, contact_phone = NULL
        FROM old AS o WHERE p.ticket_id = o.ticket_id
    ), photo AS (
        DELETE FROM work.photo AS f USING old AS o
        WHERE f.ticket_id = o.ticket_id AND f.kind = 'report' RETURNING f.ticket_id
    ), event AS (
        INSERT INTO work.event (ticket_id, path, department, action, from_step, to_step, detail)
        SELECT o.ticket_id, o.path, o.department, 'erased', o.step, o.step, jsonb_build_object(
            'contact', o.has_contact,
            'photos', (SELECT count(*) FROM photo AS f WHERE f.ticket_id = o.ticket_id))
        FROM old AS o ORDER BY o.ticket_id
    )
    SELECT count(*) INTO erased FROM old;
    RETURN erased;
END $$;
COMMENT ON FUNCTION app.erase_reporters(integer, integer) IS
'Erase contact and photos of reporters so many days after closing: one batch; returns how many tickets';
