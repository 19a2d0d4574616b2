-- Grids that are new in a draft are counted at every save.
CREATE INDEX draft_area_new ON draft.area (changeset_id) WHERE base_version_id IS NULL;
