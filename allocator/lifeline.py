"""What ties a worker to its supervisor: its order, its pulses, and an end in common."""

from __future__ import annotations

import ctypes
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from allocator.settings import LEASE_FLOOR_MS, Settings

PULSE_S = 1.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is made from. Fault runs lower the floor, and have its words in a file."""

    settings: Settings
    lease_floor_ms: int = LEASE_FLOOR_MS
    log: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a worker tells its supervisor once a second, and first of all when it is born."""

    pid: int
    port: int = 0
    serving: bool = False


def die_with_parent(parent: int) -> None:
    """Have the kernel stop this process when `parent` is gone, however it went."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)
