"""Load, capacity and fault runs against a server of one's own."""
