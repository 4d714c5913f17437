"""The client package: what other services import."""
