-- Conflicts are solved where they are shown; change sets of several areas.
ALTER TABLE draft.problem ADD COLUMN solution text
CONSTRAINT solution_is_mine_theirs_or_both CHECK (solution IN ('mine', 'theirs', 'both'));
ALTER TABLE draft.changeset
ADD COLUMN solution text
CONSTRAINT solution_is_mine_theirs_or_both CHECK (solution IN ('mine', 'theirs', 'both')),
ADD COLUMN together_with text [] NOT NULL DEFAULT '{}',
ADD COLUMN areas bigint [] NOT NULL DEFAULT '{0}';
UPDATE draft.changeset SET areas = path[cardinality(path):cardinality(path)];
