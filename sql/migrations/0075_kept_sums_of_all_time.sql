-- A ranking of grids, and the figures of every grid, mostly ask for all time: one sum of each shape, not one a year.
LOCK TABLE work.leaf_sum IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE work.leaf_sum DROP CONSTRAINT span_is_known;
ALTER TABLE work.leaf_sum ADD CONSTRAINT span_is_known CHECK (span IN ('month', 'quarter', 'year', 'ever'));
INSERT INTO work.leaf_sum (
    network, span, starts, path, area_version_id, received, closed, overdue, on_time, solved, judged, microseconds
)
SELECT
    k.network, 'ever', '-infinity', k.path, k.area_version_id,
    sum(k.received), sum(k.closed), sum(k.overdue), sum(k.on_time), sum(k.solved), sum(k.judged), sum(k.microseconds)
FROM work.leaf_sum AS k
WHERE k.span = 'year'
GROUP BY k.network, k.path, k.area_version_id;
ANALYZE work.leaf_sum;
