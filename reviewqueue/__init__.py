"""What is reviewed and by whom, as pure functions: no I/O, no clock."""
