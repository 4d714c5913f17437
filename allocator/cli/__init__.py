"""The command line: `dibs`."""

from __future__ import annotations

from allocator.cli.app import main

__all__ = ["main"]
