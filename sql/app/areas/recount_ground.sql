CREATE FUNCTION app.recount_ground() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- What is written down of descents (core.lineage) is history and stays.
BEGIN
    PERFORM pg_advisory_xact_lock(app.publisher_lock());
    DELETE FROM core.shared_ground;
    DELETE FROM core.version_shape;
    INSERT INTO core.version_shape (area_version_id, shape_id)
    SELECT v.area_version_id, min(v.area_version_id) OVER (PARTITION BY v.area_id, md5(st_asbinary(v.geom)))
    FROM core.area_version AS v WHERE v.level = 'grid';
    INSERT INTO core.shared_ground (shape_id, other_id, share)
    SELECT g.shape_id, g.other_id, g.share FROM app.ground_in_common() AS g;
END $$;
COMMENT ON FUNCTION app.recount_ground() IS
'Measure again the shares of ground that rankings and lineage read, after a hand has changed versions with triggers off; '
'who publishes waits meanwhile';
