"""What clients are told, written down as audit/history.py says, one record a line."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Self

from audit.history import Record
from loadtest.witness import Witness

WINDOW_NS = 2_000_000_000


class History:
    """The record of a whole run, and the figures that the run itself looks at."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.acknowledged = 0
        """Changes that a client was told have happened."""
        self.in_flight = 0
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.took_s: dict[str, list[float]] = {}
        self.witness = Witness()
        self._lines = file.open("w", encoding="utf-8")
        self._recent: deque[int] = deque()
        self._newest_started_ns = 0
        self._changed = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def flush(self) -> None:
        """Bring everything into the file."""
        self._lines.flush()

    def add(self, record: Record) -> None:
        """One logical call has ended."""
        self._lines.write(json.dumps(asdict(record)) + "\n")
        late = " late" if record.result.get("late") else ""
        self.outcomes[record.method, record.outcome + late] += 1
        if not record.changed:
            return
        self.acknowledged += 1
        self.took_s.setdefault(record.method, []).append(
            (record.ended_ns - record.started_ns) / 1e9
        )
        self._recent.append(record.ended_ns)
        self._newest_started_ns = max(self._newest_started_ns, record.started_ns)
        self._changed.set()

    def recently(self) -> int:
        """Changes acknowledged in the last two seconds."""
        limit = time.monotonic_ns() - WINDOW_NS
        while self._recent and self._recent[0] < limit:
            self._recent.popleft()
        return len(self._recent)

    async def after(self, count: int, *, within_s: float) -> bool:
        """Return when `count` more changes are acknowledged; False if that takes too long."""
        goal = self.acknowledged + count
        return await self._until(lambda: self.acknowledged >= goal, within_s)

    async def since(self, moment_ns: int, *, within_s: float) -> bool:
        """Return when a change is acknowledged that was asked for after this moment."""
        return await self._until(lambda: self._newest_started_ns > moment_ns, within_s)

    async def _until(self, holds: Callable[[], bool], within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True
