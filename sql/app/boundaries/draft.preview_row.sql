COMMENT ON TABLE draft.preview_row IS
'What publishing a draft would relocate; the view draft.preview shows the rows in the caller''s scope';
