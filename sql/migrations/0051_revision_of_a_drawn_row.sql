-- Two windows that alter one row of a draft: the second save is refused, because it knows another revision of the row.
ALTER TABLE draft.area ADD COLUMN revision integer NOT NULL DEFAULT 1;
