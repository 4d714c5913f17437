"""Pure decisions about who gets what: no I/O, no clock."""
