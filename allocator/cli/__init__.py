"""The command line: `dibs`."""
