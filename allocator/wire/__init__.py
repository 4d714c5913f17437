"""Protobuf messages to the domain and back, one module a service. No rules here."""
