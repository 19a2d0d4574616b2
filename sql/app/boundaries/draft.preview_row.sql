COMMENT ON TABLE draft.preview_row IS
'What publishing a draft would relocate; the view draft.preview shows the rows in the caller''s scope';
COMMENT ON COLUMN draft.preview_row.private_path IS
'Of a ticket whose place is private: its areas; only who may read private rows there is shown the row';
