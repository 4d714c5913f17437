"""Fault runs: people at work while whatever they work on is killed, then the audit."""
