"""A second, independent reading of the log: reference model and checker."""
