"""B9: items a second of an import, client and server on the same cores."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from loadtest.bench import ground, processes
from loadtest.bench.ground import ADMIN, Ground, NotSound
from loadtest.bench.results import Figure

MEASURES: Final = (
    "items a second of `dibs import`, the command, from its start to its end: a manifest of"
    " 1,000,000 lines with 5 attributes each, external ids that are checked to be unique, into a"
    " dataset that a queue follows; client and server on the same cores, fsync on"
)
MANY: Final = 1_000_000
FEW: Final = 2_000
IMPORT: Final = (sys.executable, "-m", "allocator.cli", "import")


async def run(*, short: bool) -> Sequence[Figure]:
    """Every repeat goes into a project of its own; the last line imported is there."""
    count, repeats = (FEW, 1) if short else (MANY, 3)
    rates, profile = [], ""
    async with ground.opened() as here:
        with tempfile.TemporaryDirectory(prefix="dibs-bench-") as directory:
            manifest = Path(directory) / "things.jsonl"
            await asyncio.to_thread(_write, manifest, count)
            for number in range(repeats):
                rate, profile = await _imported(here, manifest, count, f"bench-import-{number}")
                rates.append(rate)
    return (
        Figure.of(rates, name=f"{count:,} items", unit="items/s", reach=30_000, profile=profile),
    )


async def _imported(here: Ground, manifest: Path, count: int, project: str) -> tuple[float, str]:
    """Items a second, and µs of CPU an item by process. Raises NotSound."""
    workers = [slot.pid for slot in here.service.slots if slot.pid is not None]
    before, started = processes.used(workers), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(*IMPORT, str(manifest), "--project", project, "--queue", "work", "--json"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"DIBS_TARGET": here.service.target, "DIBS_ACTOR": ADMIN},
    )
    out, _ = await process.communicate()
    took = time.perf_counter() - started
    answer = json.loads(out or "{}")
    if process.returncode or answer.get("added") != count:
        raise NotSound(f"import: exit code {process.returncode}, {str(answer)[:200]}")
    used = processes.between(before, processes.used(workers))
    used["client and supervisor"] = used.pop("supervisor", 0.0)
    shares = sorted(used.items(), key=lambda one: -one[1])
    return count / took, ", ".join(f"{role} {s / count * 1e6:.0f} µs" for role, s in shares if s)


def _write(manifest: Path, count: int) -> None:
    with manifest.open("w", encoding="utf-8") as file:
        for number in range(count):
            attributes = {
                "camera": "front-left",
                "city": "Graz",
                "frame": str(number),
                "weather": "rain",
                "scene": f"{number // 100:05}",
            }
            line = {"external_id": f"batch-07/{number:08}.png", "attributes": attributes}
            file.write(json.dumps(line) + "\n")
