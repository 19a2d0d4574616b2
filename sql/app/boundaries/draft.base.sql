COMMENT ON TABLE draft.base IS
'The live versions that a draft began with; a version that others have replaced since may be a conflict';
