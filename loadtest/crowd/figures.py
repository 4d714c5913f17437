"""What locust counted, by RPC and by what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One RPC with one kind of answer."""

    rpc: str
    answer: str
    """OK, or the reason of a refusal."""
    calls: int
    failed: int
    a_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def read(file: Path) -> list[Line]:
    """The lines of locust's JSON, the most frequent first."""
    found = [_line(each) for each in json.loads(file.read_text())]
    return sorted(found, key=lambda line: (-line.calls, line.rpc))


def _line(stats: Mapping[str, Any]) -> Line:
    calls = int(stats["num_requests"])
    seconds = max(1.0, stats["last_request_timestamp"] - stats["start_time"])
    times = {float(ms): int(count) for ms, count in stats["response_times"].items()}
    return Line(
        rpc=stats["name"],
        answer=stats["method"],
        calls=calls,
        failed=int(stats["num_failures"]),
        a_second=round(calls / seconds, 1),
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
        p99_ms=percentile(times, 0.99),
    )


def percentile(times: Mapping[float, int], part: float) -> float:
    """The smallest time that so many of the calls did not exceed."""
    left = part * sum(times.values())
    for time in sorted(times):
        left -= times[time]
        if left <= 0:
            return time
    return 0.0


def table(lines: Iterable[Line]) -> Table:
    """For people."""
    shown = Table(box=SIMPLE)
    for name in ("RPC", "answer"):
        shown.add_column(name, no_wrap=True)
    for name in ("calls", "failed", "a second", "p50 ms", "p95 ms", "p99 ms"):
        shown.add_column(name, justify="right")
    for line in lines:
        figures = (line.calls, line.failed, line.a_second, line.p50_ms, line.p95_ms, line.p99_ms)
        shown.add_row(line.rpc, line.answer, *(f"{each:,g}" for each in figures))
    return shown


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """For scripts."""
    return [asdict(line) for line in lines]
