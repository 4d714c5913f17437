"""How work is dealt out, as pure functions: no I/O, no clock."""
