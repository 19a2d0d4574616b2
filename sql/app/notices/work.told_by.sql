COMMENT ON TABLE work.told_by IS
'By which ways a reporter wants to be told of his report: his mailbox or telephone number; personal, read by nobody';
