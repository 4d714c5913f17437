"""Lengths of time, as people read them."""

from __future__ import annotations


def age(seconds: float | None) -> str:
    """In the largest unit of which there is one."""
    if seconds is None:
        return ""
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"
