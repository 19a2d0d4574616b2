COMMENT ON TABLE draft.base IS 'The live versions that a draft began with: what of them is live no more shows a conflict';
