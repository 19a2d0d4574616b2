COMMENT ON TABLE draft.preview_row IS 'What publishing a draft would move, as the view draft.preview shows it to those who may see it';
