CREATE FUNCTION app.record_boundary_change(change_set bigint) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
-- Records the boxes of the leaves as they were and as they are; of more than 200 leaves, one box around all.
WITH box AS (
    SELECT st_envelope(s.geom) AS geom FROM draft.staged AS s
    WHERE s.changeset_id = record_boundary_change.change_set AND s.level = 'grid' AND s.geom IS NOT NULL
    UNION ALL
    SELECT st_envelope(v.geom) FROM core.area_version AS v
    WHERE v.recorded_to <> 'infinity' AND v.area_id IN (
        SELECT s.area_id FROM draft.staged AS s WHERE s.changeset_id = record_boundary_change.change_set
    ) AND v.recorded_to = (
        SELECT max(w.recorded_to) FROM core.area_version AS w
        WHERE w.recorded_to <> 'infinity' AND w.area_id IN (
            SELECT s.area_id FROM draft.staged AS s WHERE s.changeset_id = record_boundary_change.change_set
        )
    )
),

few AS (
    SELECT b.geom FROM box AS b WHERE (SELECT count(*) FROM box) <= 200
    UNION ALL
    SELECT st_setsrid(st_extent(b.geom)::geometry, 4326) FROM box AS b HAVING count(*) > 200
)

INSERT INTO core.change (layer, box)
SELECT 'area', f.geom FROM few AS f;
END;
COMMENT ON FUNCTION app.record_boundary_change(bigint) IS 'Record in core.change where the map of areas changed';
