"""B7: bytes of Redis per task that nobody has touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from loadtest.bench.bare import server
from loadtest.bench.ground import NotSound
from loadtest.bench.results import Figure

MEASURES: Final = (
    "bytes of Redis per untouched task, `used_memory` after less before them, log and all"
)
MANY: Final = 10_000_000
SHORT: Final = 100_000
SOME: Final = 100


async def run(*, short: bool) -> Sequence[Figure]:
    """Measure on one Valkey; the first tasks come out in order."""
    many = SHORT if short else MANY
    async with server() as bare:
        project = await bare.project(slots=1, people=1)
        await project.fill(SOME)
        before = await bare.used_memory()
        await project.fill(many)
        used = await bare.used_memory() - before
        granted = await project.reserve(project.people[0], SOME)
        if granted != list(range(1, SOME + 1)):
            raise NotSound(f"granted {granted[:5]}…")
    return (
        Figure(
            name=f"bytes per task at {many:,}",
            unit="B",
            found=used / many,
            reach=12,
            at_most=True,
            absolute=f"{used / 2**20:.1f} MiB.",
        ),
    )
