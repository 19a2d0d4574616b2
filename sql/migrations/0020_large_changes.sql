-- Lineage of a change of thousands of leaves looks for the new leaves on the ground of each old one.
CREATE INDEX staged_geom ON draft.staged USING gist (geom) WHERE level = 'grid';
