COMMENT ON TABLE work.subscription IS
'By which ways a reporter subscribes to his report: his mailbox or telephone number; personal, read by nobody';
