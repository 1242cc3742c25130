"""A clearinghouse and the payers behind it: takes 837P files, answers TA1, 999, 277CA and 835."""
