COMMENT ON TABLE draft.touched IS 'The areas that a published change set altered, added or ended';
