"""CPU time of everything that takes part, by what it is, from /proc.

With what each process had of children that are gone, so that a backend that
ends between two looks is not lost.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One line of /proc."""

    pid: int
    parent: int
    command: str
    cpu_s: float


def used(workers: Collection[int]) -> dict[str, float]:
    """Seconds of CPU so far of our descendants and of us, by role."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for process in descendants(os.getpid()):
        seconds[_role(process, workers)] += process.cpu_s
    return dict(seconds)


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What was used from one look to the other."""
    return {role: seconds - before.get(role, 0.0) for role, seconds in after.items()}


def descendants(root: int) -> Iterator[Process]:
    """`root` and all below it."""
    children: defaultdict[int, list[Process]] = defaultdict(list)
    todo = []
    for process in _all():
        children[process.parent].append(process)
        if process.pid == root:
            todo.append(process)
    while todo:
        process = todo.pop()
        yield process
        todo += children[process.pid]


def _role(process: Process, workers: Collection[int]) -> str:
    if process.pid in workers:
        return "workers"
    if process.pid == os.getpid():
        return "supervisor"
    if process.command == "postgres":
        return "postgres"
    if process.command.startswith(("valkey", "redis")):
        return "redis"
    return "generator"


def _all() -> Iterator[Process]:
    for place in Path("/proc").iterdir():
        if not place.name.isdecimal():
            continue
        try:
            line = (place / "stat").read_text()
        except OSError:  # it is gone
            continue
        command, rest = line.split("(", 1)[1].rsplit(")", 1)
        words = rest.split()
        yield Process(
            pid=int(place.name),
            parent=int(words[1]),
            command=command,
            cpu_s=sum(map(int, words[11:15])) * _TICK,
        )
